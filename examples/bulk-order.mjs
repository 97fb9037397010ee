import { readTriggerEvent } from './trigger-event.mjs';

const event = await readTriggerEvent();
const { lines } = event.records[0].data.body;
const total = lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
console.log(
  `${lines.length} lines, ${Buffer.byteLength(JSON.stringify(event))} bytes, ${total} cents in all`,
);
