/**
 * One SQS message on its way to a Fargate task, through a crash, a lost answer and a retry, on this machine: the
 * router's own code, stand-ins for AWS, and a clock that is put on. Prints what happens and what the ledger has then.
 * `node examples/one-message.ts`; docs/one-message.md explains what it prints.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Effect } from '../shared/runs/effect.ts';
import type { Run } from '../shared/runs/run.ts';
import { toDelivery } from '../test/crash-table/jobs.ts';
import type { Process } from '../test/crash-table/process.ts';
import { createWorld } from '../test/crash-table/world.ts';

const world = await createWorld({ target: 'fargate' });
const message = toDelivery('fargate');
const begunAt = world.now();
let heard = 0;
const told = new Map<Process, number>();

try {
  say('SQS delivers the message. The function records it, and is killed before it calls RunTask.');
  const killed = world.open({ call: 4, when: 'before' });
  await killed.deliver(message);
  await show(killed, 3);

  world.pass(60);
  say(
    'SQS delivers it again, as nobody has deleted it. Its run is there: RunTask may have been called or not.',
  );
  const other = world.open();
  await other.deliver(message);
  await show(other);

  world.faults.next('RunTask', { kind: 'drop answer' });
  await untilWakeUp();
  say(
    'The wake queue gives the run its turn. No task has its token, so RunTask is called; the answer is lost.',
  );
  await followWakeUp(other);
  await show(other);

  await untilWakeUp();
  say('Its next turn. A task has its token: that one is it, and none is started.');
  await followWakeUp(other);
  await hear(other);
  await show(other);

  world.pass(120);
  say('The job ends with exit code 1, and ECS says so.');
  await world.letEnd();
  await hear(other);
  await show(other);

  await untilWakeUp();
  say('The wait of five seconds is over: the second attempt.');
  await followWakeUp(other);
  await hear(other);
  await show(other);

  world.pass(120);
  say('The job succeeds.');
  await world.letEnd();
  await hear(other);
  await show(other);

  world.pass(86_400);
  say('A day later SQS delivers the message once more.');
  await other.deliver(message);
  await show(other);

  const jobs = world.site.jobs();
  const tasks = jobs.map(({ attempt }) => `attempt ${attempt}`).join(', ');
  print(`\nTasks that ECS was made to run: ${jobs.length} (${tasks}); alive at once: ${world.mostAlive()}`);
  const run = await world.run();
  process.exitCode =
    run?.status === 'succeeded' && run.attempts.length === 2 && jobs.length === 2 && world.mostAlive() === 1
      ? 0
      : 1;
} finally {
  await world.close();
}

async function untilWakeUp(): Promise<void> {
  const at = world.queue.nextAt();
  if (at === undefined) throw new Error('no wake-up was asked for');
  world.passTo(at);
}

async function followWakeUp(process: Process): Promise<void> {
  for (const wakeUp of world.queue.take()) await process.follow(wakeUp);
}

/** What ECS has said since. */
async function hear(process: Process): Promise<void> {
  for (let quiet = 0; quiet < 20; quiet++) {
    await sleep(5);
    if (world.events.length > heard) quiet = 0;
    for (; heard < world.events.length; heard++) {
      const event = world.events[heard];
      if (event) await process.tell(event);
    }
  }
}

function say(what: string): void {
  const seconds = Math.round((world.now() - begunAt) / 1000);
  print(`\n${`${seconds} s`.padStart(7)}  ${what}`);
}

/** `most`: how many of the calls got through. */
async function show(by: Process, most = Number.POSITIVE_INFINITY): Promise<void> {
  const { calls } = by.gate;
  print(`         calls:  ${calls.slice(told.get(by) ?? 0, most).join(', ')}`);
  told.set(by, calls.length);
  const run = await world.run();
  print(`         ledger: ${run === undefined ? 'nothing' : toLine(run)}`);
}

function toLine(run: Run): string {
  const { status, attempts, next, outbox, cause } = run;
  const attempt = attempts.at(-1);
  const parts = [
    status,
    ...attempts.map(({ number, failure }) => (failure ? `attempt ${number}: ${failure.reason}` : '')),
    attempt && attempt.failure === undefined
      ? `attempt ${attempt.number}, start ${attempt.start.number}${attempt.start.externalId ? ', its task is known' : ''}`
      : '',
    attempt && attempt.start.unknownAnswers > 0 && !attempt.start.externalId
      ? `answers not heard: ${attempt.start.unknownAnswers}`
      : '',
    next ? `next: attempt ${next.attempt}` : '',
    outbox.length > 0 ? `owes: ${outbox.map(toOwed).join(', ')}` : '',
    cause ? cause.reason : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function toOwed(effect: Effect): string {
  return 'token' in effect ? `${effect.kind} ${effect.token.slice(-4)}` : effect.kind;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
