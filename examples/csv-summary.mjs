import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { readTriggerEvent } from './trigger-event.mjs';

const event = await readTriggerEvent();
const { file, by, sum } = event.records[0].data.input;
const rows = createInterface({ input: createReadStream(new URL(`data/${basename(file)}`, import.meta.url)) });

let columns;
const sums = new Map();
for await (const row of rows) {
  const cells = row.split(',');
  if (columns === undefined) {
    columns = cells;
    continue;
  }
  const key = cells[columns.indexOf(by)];
  sums.set(key, (sums.get(key) ?? 0) + Number(cells[columns.indexOf(sum)]));
}

console.log(`${file}: ${sum} by ${by}`);
for (const [key, total] of [...sums].sort(([, a], [, b]) => b - a))
  console.log(`${key.padEnd(4)} ${total.toFixed(2)}`);
