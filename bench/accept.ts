/**
 * `node bench/accept.ts`: what it costs to record a run, from payload to ledger, against the floor: one transaction
 * that inserts the same bytes into an SQLite file with the same settings. Both in one run, in turns.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseJobs } from '../shared/jobs/parse.ts';
import { toHttpApiPayload } from '../shared/local/http-payload.ts';
import { createLog } from '../shared/local/log.ts';
import { openLocalRouter } from '../shared/local/router.ts';
import { httpApiGateway } from '../shared/sources/http-api-gateway.ts';

const rounds = 10;
const perRound = 200;
const body = JSON.stringify({
  order: 7,
  lines: Array.from({ length: 20 }, (_, sku) => ({ sku, quantity: 1 })),
});

const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
const jobs = parseJobs(
  JSON.stringify({
    service: 'bench',
    jobs: {
      order: {
        target: 'process',
        local: { command: ['true'] },
        events: [
          {
            type: 'http-api-gateway',
            properties: {
              httpApiGatewayName: 'bench',
              method: 'POST',
              path: '/orders',
              payloadFormat: '2.0',
            },
          },
        ],
      },
    },
  }),
  join(folder, 'jobs.yml'),
);
// The pump is never started: the runs are recorded, and nothing runs.
const local = openLocalRouter(jobs, { log: createLog('error') });
const floor = new DatabaseSync(join(folder, 'floor.db'));
floor.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE runs (id TEXT PRIMARY KEY, body TEXT)',
);
const insert = floor.prepare('INSERT INTO runs VALUES (?, ?)');

let floorMs = 0;
let acceptMs = 0;
for (let round = 0; round < rounds; round++) {
  floorMs += await time((index) => {
    insert.run(`${round}/${index}`, body);
  });
  acceptMs += await time(async (index) => {
    await local.router.route(
      httpApiGateway.parse(toPayload(`${round}/${index}`), { requestId: 'bench', functionArn: '' }),
    );
  });
}
await local.close();
floor.close();
rmSync(folder, { recursive: true });

const count = rounds * perRound;
process.stdout.write(`floor   ${((floorMs / count) * 1000).toFixed(0)} µs an insert\n`);
process.stdout.write(
  `accept  ${((acceptMs / count) * 1000).toFixed(0)} µs a run, ${(acceptMs / floorMs).toFixed(1)} times the floor\n`,
);

async function time(work: (index: number) => void | Promise<void>): Promise<number> {
  const startedAt = performance.now();
  for (let index = 0; index < perRound; index++) await work(index);
  return performance.now() - startedAt;
}

function toPayload(requestId: string): unknown {
  return toHttpApiPayload(
    {
      method: 'POST',
      rawUrl: '/orders',
      rawHeaders: ['Content-Type', 'application/json', 'Host', '127.0.0.1', 'Authorization', 'Bearer x'],
      body: Buffer.from(body),
      sourceIp: '127.0.0.1',
      requestId,
      timeMs: 1_790_000_000_000,
    },
    {
      apiName: 'bench',
      routeKey: 'POST /orders',
      method: 'POST',
      path: '/orders',
      pathParameters: {},
      payloadFormat: '2.0',
    },
  );
}
