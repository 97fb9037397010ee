// Writes down that it began and that it ended: the file it appends to is the judge of what really ran.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { STP_TRIGGER_EVENT_DATA, STP_CURRENT_ATTEMPT, JUDGE } = process.env;
const { number } = JSON.parse(STP_TRIGGER_EVENT_DATA).records[0].data.body;

appendFileSync(JUDGE, `begin ${number} ${STP_CURRENT_ATTEMPT}\n`);
await sleep(120);
appendFileSync(JUDGE, `end ${number} ${STP_CURRENT_ATTEMPT}\n`);
// Every tenth fails the first time: its exit code must not get lost either.
process.exitCode = number % 10 === 0 && STP_CURRENT_ATTEMPT === '1' ? 75 : 0;
