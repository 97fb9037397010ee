import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readTriggerEvent } from './trigger-event.mjs';

const event = await readTriggerEvent();
const { pathParameters, input } = event.records[0].data;
// Only a name: whoever sends the event has no say in which folder is read.
const name = basename(pathParameters?.name ?? input.name);
const bytes = await readFile(new URL(`data/${name}`, import.meta.url));

const places = new Map();
for (const [line, text] of bytes.toString('utf8').split('\n').entries()) {
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
    places.set(word, [...(places.get(word) ?? []), line + 1]);
  }
}
const byUse = [...places].sort(([a, one], [b, other]) => other.length - one.length || a.localeCompare(b));

console.log(`${name}: ${bytes.length} bytes, ${places.size} different words`);
console.log(`sha256 ${createHash('sha256').update(bytes).digest('hex')}`);
for (const [word, lines] of byUse.slice(0, 5))
  console.log(`${word}: ${lines.length} times, in lines ${lines.join(' ')}`);
