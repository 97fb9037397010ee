import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toReference } from '../../scripts/jobs-reference.ts';

const written = readFileSync(new URL('../../docs/jobs.md', import.meta.url), 'utf8');

describe('docs/jobs.md', () => {
  it('is what the schema says now; `node --run docs` writes it', () => {
    expect(written).toBe(toReference());
  });

  it('has a part for every event type', () => {
    for (const type of ['http-api-gateway', 'sqs', 'kinesis-stream', 'manual'])
      expect(written).toContain(`### ${type}\n`);
  });

  it('says what is required, what is left out, and what it means', () => {
    expect(written).toContain(
      '| **`service`** | text |  | Names the resources of the stack; 2 to 20 characters. |',
    );
    expect(written).toContain(
      '| `retryConfig.attempts` | integer | `1` | Runs in all, the first included. |',
    );
    expect(written).toContain('| **`onFailure.type`** | `sqs`, `sns`, `event-bus` |');
  });
});
