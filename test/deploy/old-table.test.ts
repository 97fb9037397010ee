import { describe, expect, it } from 'vitest';
import { isTableThere } from '../../shared/deploy/old-table.ts';
import { makeTable } from '../support/dynamo.ts';

describe('the table of a stage', () => {
  it('is there after the stage was removed, so that a deploy can say so before it begins', async () => {
    const { client, table } = await makeTable();
    expect(await isTableThere(client, table)).toBe(true);
    expect(await isTableThere(client, 'shop-prod-runs')).toBe(false);
  });

  it('is taken not to be there by whoever may not look', async () => {
    const refused = toClient('AccessDeniedException');
    expect(await isTableThere(refused, 'shop-prod-runs')).toBe(false);
  });

  it('is not known when DynamoDB answers something else', async () => {
    const broken = toClient('ValidationException');
    await expect(isTableThere(broken, 'shop-prod-runs')).rejects.toThrow('ValidationException');
  });
});

/** A client whose every call is answered with an error. */
function toClient(code: string) {
  const error = Object.assign(new Error(`${code}: no`), { name: code, $metadata: { httpStatusCode: 400 } });
  return { send: async () => Promise.reject(error) };
}
