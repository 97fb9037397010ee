import { readTriggerEvent } from './trigger-event.mjs';

const { records } = await readTriggerEvent();
for (const { data } of records) {
  const { order, name, city } = data.body;
  console.log(`order ${order}: ${name}, ${city.toUpperCase()}`);
}
