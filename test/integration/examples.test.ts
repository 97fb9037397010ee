import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.concurrent('the example', () => {
  it('word-index counts the words of the file that a request or an invocation names', async () => {
    const expected = `signal-box.txt: 758 bytes, 85 different words
sha256 b35fa502f287754a5d2b67473f3b7b077c1b86bea635fee4f914c82dd1b9df94
the: 18 times, in lines 1 2 2 2 2 2 5 6 7 7 7 9 10 11 11 11 12 12
and: 7 times, in lines 2 2 5 7 7 10 12
is: 6 times, in lines 3 7 9 11 11 12
when: 6 times, in lines 6 9 9 10 10 11
a: 4 times, in lines 1 3 3 6
`;
    const byRequest = await example(
      'word-index.mjs',
      toEvent({ pathParameters: { name: 'signal-box.txt' } }),
    );
    expect(byRequest).toEqual({ code: 0, output: expected });
    const byHand = await example('word-index.mjs', toEvent({ input: { name: 'signal-box.txt' } }));
    expect(byHand).toEqual(byRequest);
  });

  it('word-index looks nowhere but in its own folder', async () => {
    const { code, output } = await example('word-index.mjs', toEvent({ input: { name: '../jobs.yml' } }));
    expect(code).toBe(1);
    expect(output).toContain('data/jobs.yml');
  });

  it('csv-summary sums one column by another', async () => {
    const output = `orders.csv: amount by country
SK   16564.22
AT   13901.90
DE   13874.95
CZ   11772.74
PL   10368.73
HU   8702.50
`;
    const input = { file: 'orders.csv', by: 'country', sum: 'amount' };
    expect(await example('csv-summary.mjs', toEvent({ input }))).toEqual({ code: 0, output });
  });

  it.each([
    ['1', 75, 'attempt 1 of 4\nthe other side does not answer\n'],
    ['2', 75, 'attempt 2 of 4\nthe other side does not answer\n'],
    ['3', 0, 'attempt 3 of 4\nimported 1,204 rows\n'],
  ])('flaky-import fails twice, then succeeds: attempt %s', async (attempt, code, output) => {
    const variables = { STP_CURRENT_ATTEMPT: attempt, STP_MAXIMUM_ATTEMPTS: '4' };
    expect(await example('flaky-import.mjs', variables)).toEqual({ code, output });
  });

  it('endless-report goes on until it is told to stop, and then keeps what it has', async () => {
    const deadline = '2026-11-20T10:00:02.000Z';
    const { code, output } = await example('endless-report.mjs', { STP_DEADLINE: deadline }, 'page 2\n');
    expect(code).toBe(1);
    expect(output).toMatch(
      /^has until 2026-11-20T10:00:02\.000Z\npage 1\npage 2\n(page \d\n)*told to stop: \d pages are kept\n$/,
    );
  });

  it('shipping-label writes a label for each order of its event', async () => {
    const body = { order: 7, name: 'Ada Lovelace', city: 'Łódź' };
    expect(await example('shipping-label.mjs', toEvent({ body }))).toEqual({
      code: 0,
      output: 'order 7: Ada Lovelace, ŁÓDŹ\n',
    });
  });

  it('bulk-order reads its event from the file that the environment names', async () => {
    const text = JSON.stringify(
      eventWith({
        body: {
          lines: [
            { quantity: 2, price: 150 },
            { quantity: 1, price: 50 },
          ],
        },
      }),
    );
    const path = join(folder, 'event.json');
    writeFileSync(path, text);
    const uri = pathToFileURL(path).href;
    const sha256 = createHash('sha256').update(text).digest('hex');
    const variables = {
      STP_TRIGGER_EVENT_DATA: JSON.stringify({ claimCheck: { uri, sha256, sizeBytes: text.length } }),
      STP_TRIGGER_EVENT_URI: uri,
    };
    const good = await example('bulk-order.mjs', { ...variables, STP_TRIGGER_EVENT_SHA256: sha256 });
    expect(good).toEqual({ code: 0, output: `2 lines, ${text.length} bytes, 350 cents in all\n` });
    const swapped = await example('bulk-order.mjs', {
      ...variables,
      STP_TRIGGER_EVENT_SHA256: 'f'.repeat(64),
    });
    expect(swapped.code).toBe(1);
    expect(swapped.output).toContain(`${uri} is not what was sent`);
  });
});

function toEvent(data: object): Record<string, string> {
  return { STP_TRIGGER_EVENT_DATA: JSON.stringify(eventWith(data)) };
}

function eventWith(data: object) {
  const source = 'arn:aws:lambda:eu-west-1:123456789012:function:manual';
  const time = '2026-11-20T10:00:00.000Z';
  const record = {
    specversion: '1.0',
    id: 'e-1',
    source,
    type: 'signalbox.manual',
    time,
    datacontenttype: 'application/json',
    data,
  };
  return { id: 'e-1', source: 'manual', sourceArn: source, time, records: [record] };
}

/** Runs it as a job is run: with these variables and not much more; it gets SIGTERM once it has said `last`. */
function example(
  name: string,
  variables: Record<string, string>,
  last?: string,
): Promise<{ code: number | null; output: string }> {
  const env = { PATH: process.env['PATH'], ...variables };
  return new Promise((resolve) => {
    let output = '';
    const child = execFile(process.execPath, [join(examples, name)], { env, cwd: folder });
    const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        output += text;
        if (last !== undefined && output.endsWith(last)) child.kill('SIGTERM');
      });
    }
    child.on('close', (code) => {
      clearTimeout(kill);
      resolve({ code, output });
    });
  });
}
