import { setTimeout as sleep } from 'node:timers/promises';
import { SubmitJobCommand } from '@aws-sdk/client-batch';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { isObject } from '../../../shared/events/json.ts';
import type { SourceName } from '../../../shared/events/trigger-event.ts';
import { isFinished, type Run } from '../../../shared/runs/run.ts';
import { toPayload } from '../../runs-api/http-api-request.ts';
import { throttled } from '../../stand-in/faults.ts';
import { until } from '../../support/until.ts';
import { deliveries, huge, long } from '../deployed/deliveries.ts';
import type { Deployed } from '../deployed/deployed.ts';

/** Done, and answered as if it had been done before: so that it is looked for. */
const doneBefore = {
  RunTask: 'ConflictException',
  StartBuild: 'InvalidInputException',
  StartExecution: 'ExecutionAlreadyExists',
};

const starts = Object.keys(doneBefore);
const stops = ['StopTask', 'StopBuild', 'StopExecution'];

/** From now on these are refused as too many, and no others. */
function throttle({ standIn }: Deployed, operations: readonly string[]): void {
  for (const each of [...starts, ...stops]) {
    standIn.faults.always(each, operations.includes(each) ? throttled : undefined);
  }
}

/** Sends the function what it is told of these runs, again. */
type Poke = (runs: readonly Run[]) => Promise<unknown>;

/** A trigger starts runs, and goes on with those that are delivered to it again, as another may have died at them. */
export async function driveTrigger(cloud: Deployed, source: SourceName): Promise<void> {
  const deliver = (text: string) => deliverTo(cloud, source, text);
  cloud.recorder.deny(doneBefore);
  await deliver(long);
  cloud.recorder.deny({});
  const runs = await runsOf(cloud, source);
  await goThrough(cloud, runs, () => deliver(long));
  // One whose event is there no longer.
  if (runs[0] !== undefined) await cloud.expireEvent(runs[0].id);
  await deliver(long);
  // These wait for their turn, or are refused when they are short: the second time each that is long is put into the
  // payload store, and is not needed there.
  throttle(cloud, starts);
  await deliver(huge);
  throttle(cloud, []);
  await deliver(huge);
  for (const { id, status } of await runsOf(cloud, source)) {
    if (status === 'queued' || status === 'waiting') await makeDue(cloud, id);
  }
  await cloud.forget(source);
  await deliver(huge);
}

/** What is that long waits for its turn in any case. Gives the runs. */
export async function queueRuns(cloud: Deployed, source: SourceName): Promise<readonly Run[]> {
  // One is short enough for an environment file, the other for no item of the table.
  await deliverTo(cloud, source, 'y'.repeat(20_000));
  await deliverTo(cloud, source, `${huge}, and more`);
  return (await runsOf(cloud, source)).filter(({ status }) => status === 'queued');
}

/** More deliveries of a shard, apart from each other, than its head has room for; then one between them. */
export async function driveShard(cloud: Deployed): Promise<void> {
  for (let number = 1; number <= 20; number++)
    await deliverTo(cloud, 'kinesis-stream', 'z'.repeat(2 * number));
  await deliverTo(cloud, 'kinesis-stream', 'z'.repeat(3));
}

async function deliverTo(cloud: Deployed, source: SourceName, text: string): Promise<void> {
  const rules = cloud.file.jobs.map(({ events }) => events.find(({ type }) => type === source)?.id ?? '');
  const names = cloud.file.jobs.map(({ name }) => name);
  const payloads = deliveries[source].toPayloads(text, rules, names);
  for (const [at, payload] of payloads.entries()) {
    await cloud.invoke(source, payload, `${source}-${text.length}-${at}`);
  }
}

/** Runs that wait for their turn get it from the wake queue. */
export async function driveWake(cloud: Deployed, runs: readonly Run[]): Promise<void> {
  await driveLine(cloud, runs, async (some) => {
    for (const { id } of some) {
      const body = JSON.stringify({ runId: id, at: Date.now() });
      await cloud.invoke('wake', { Records: [{ messageId: 'one', body }] });
    }
  });
}

/** The sweep sends forgotten runs to the line again, and gives them their turn itself when it can't. */
export async function driveSweep(cloud: Deployed, runs: readonly Run[]): Promise<void> {
  const pass = () => cloud.invoke('sweep', {});
  const forgetRuns = async (some: readonly Run[]) => {
    for (const { id } of some) await makeDue(cloud, id, toForgotten);
    await cloud.forget('sweep');
  };
  await forgetRuns(runs);
  await pass();
  cloud.recorder.deny({ ...doneBefore, SendMessageBatch: 'InvalidAddress' });
  for (let next = 0; next < runs.length; next += 6) {
    await forgetRuns(runs.slice(next, next + 6));
    await pass();
  }
  cloud.recorder.deny({});
  await goThrough(cloud, runs, pass);
}

/** Its turn came more than two minutes ago. */
function toForgotten({ next, ...run }: Run): Run {
  const at = Date.now() - 150_000;
  return { ...run, dueAt: at, ...(next && { next: { ...next, at } }) };
}

async function driveLine(cloud: Deployed, runs: readonly Run[], poke: Poke): Promise<void> {
  throttle(cloud, starts);
  await eachDue(cloud, runs, poke);
  throttle(cloud, []);
  cloud.recorder.deny(doneBefore);
  await eachDue(cloud, runs, poke);
  cloud.recorder.deny({});
  await goThrough(cloud, runs, poke);
}

/** A person starts runs again, with a request that is repeated, and stops them. */
export async function driveRunsApi(cloud: Deployed, originals: readonly Run[]): Promise<void> {
  const ask = async (method: string, url: string, key = 'one') => {
    const answer = await cloud.invoke(
      'runs-api',
      toPayload(method, url, { headers: { 'idempotency-key': key } }),
    );
    const status = isObject(answer) ? answer['statusCode'] : undefined;
    if (typeof status !== 'number' || status >= 400)
      throw new Error(`${method} ${url}: ${JSON.stringify(answer)}`);
    const body = isObject(answer) ? JSON.parse(String(answer['body'])) : undefined;
    return isObject(body) ? body : {};
  };
  await ask('GET', '/runs');
  await ask('GET', '/runs?job=task');
  await ask('GET', '/runs?status=running');
  const replays = new Map<string, string>();
  cloud.recorder.deny(doneBefore);
  for (const { id } of originals) {
    await ask('GET', `/runs/${id}`);
    if ((await cloud.ledger.loadEvent(id)) === undefined) continue;
    const made = await ask('POST', `/runs/${id}/replay`);
    replays.set(String(made['runId']), id);
  }
  cloud.recorder.deny({});
  const runs = await Promise.all([...replays.keys()].map((id) => load(cloud, id)));
  const waiting = runs.find(({ job, status }) => job === 'archive' && status === 'queued');
  if (waiting !== undefined) await ask('POST', `/runs/${waiting.id}/cancel`);
  const again: Poke = async (some) => {
    for (const { id } of some) await ask('POST', `/runs/${replays.get(id)}/replay`);
  };
  await goThrough(cloud, runs, again);
  for (const { id } of runs) await cloud.expireEvent(id);
  await again(runs);
  // Of what is huge; the second time it is put into the payload store, and is not needed there.
  const [long] = (await runsOf(cloud, 'manual')).filter(
    ({ status }) => status !== 'timed-out' && status !== 'failed',
  );
  for (const key of ['two', 'two']) if (long !== undefined) await ask('POST', `/runs/${long.id}/replay`, key);
  for (const run of await runsOf(cloud, 'manual')) await ask('POST', `/runs/${run.id}/cancel`);
}

/**
 * What services tell of runs that somebody asked to stop and died at, before it was heard what they are; of their ends;
 * and of an execution that a person has started.
 */
export async function driveStateChange(cloud: Deployed, runs: readonly Run[]): Promise<void> {
  const tell = async (ids: readonly string[], from: number, change = (text: string) => text) => {
    const news = cloud.news.slice(from);
    const heard = news.filter((event) => ids.some((id) => JSON.stringify(event).includes(id)));
    for (const event of heard) await cloud.invoke('state-change', JSON.parse(change(JSON.stringify(event))));
  };
  for (const run of runs) {
    if (run.plan.work.target === 'batch') await submitAgain(cloud, run);
  }
  const ids = runs.map(({ id }) => id);
  await sleep(50);
  for (const { id } of runs) await makeDue(cloud, id, toImpatient);
  await tell(ids, 0);
  throttle(cloud, stops);
  for (const { id } of runs) await makeDue(cloud, id, toStopping);
  await tell(ids, 0, toOtherStart);
  throttle(cloud, []);
  for (const { id } of runs) await makeDue(cloud, id);
  await tell(ids, 0, toOtherStart);
  for (const { id } of runs) await makeDue(cloud, id);
  let told = 0;
  const builds = runs.filter(({ plan }) => plan.work.target === 'codebuild');
  await until('a build was told to have ended', async () => {
    const from = told;
    told = cloud.news.length;
    await tell(ids, from);
    return (await Promise.all(builds.map(({ id }) => load(cloud, id)))).some(isFinished);
  });

  const byHand = cloud.news.length;
  const [machine = ''] = Object.entries(cloud.stack.resources).flatMap(([id, { Type }]) =>
    Type === 'AWS::StepFunctions::StateMachine' ? [cloud.resolve.ref(id)] : [],
  );
  const command = new StartExecutionCommand({ stateMachineArn: machine, name: 'by-hand', input: '{}' });
  await (await cloud.standIn.clients.sfn()).send(command);
  await sleep(50);
  await tell(['by-hand'], byHand);
}

/** A person stops runs, before they have begun and after, and starts one again. */
export async function driveManual(cloud: Deployed): Promise<void> {
  await queueRuns(cloud, 'manual');
  const runs = await runsOf(cloud, 'manual');
  for (const { id } of runs) await cloud.invoke('manual', { command: 'cancel', runId: id });
  await cloud.invoke('manual', { command: 'replay', runId: runs.at(-1)?.id, requestId: 'again' });
}

/** What services would say of a start that the run has given up. */
function toOtherStart(text: string): string {
  return text
    .replace(/([0-9a-z]{26}-1)-[12](?=")/g, '$1-3')
    .replaceAll('"lastStatus":"STOPPED"', '"lastStatus":"RUNNING"');
}

/** What it was asked to stop by, nobody knows any more. */
function toStopping(run: Run): Run {
  const last = run.attempts.at(-1);
  if (last === undefined) return run;
  const { externalId: _, ...start } = last.start;
  const { token } = start;
  return {
    ...run,
    status: 'stopping',
    stopping: { reason: 'timeout', since: Date.now(), asked: 1 },
    attempts: [...run.attempts.slice(0, -1), { ...last, start }],
    outbox: [{ kind: 'stop', key: `stop:${token}`, token, notBefore: 1 }],
  };
}

/** Of runs that go on: they come due, they take too long, they are seen to have ended. */
async function goThrough(cloud: Deployed, runs: readonly Run[], poke: Poke): Promise<void> {
  for (const run of runs) if (run.plan.work.target === 'batch') await submitAgain(cloud, run);
  await eachDue(cloud, runs, poke, toImpatient);
  await eachDue(cloud, runs, poke, toLate);
  await sleep(50);
  await eachDue(cloud, runs, poke);
}

async function eachDue(
  cloud: Deployed,
  runs: readonly Run[],
  poke: Poke,
  change: (run: Run) => Run = (run) => run,
): Promise<void> {
  for (const run of runs) await makeDue(cloud, run.id, change);
  await poke(runs);
}

/** Another job for the same attempt, as when Batch has acted twice. It waits, like the first one. */
async function submitAgain({ resolve, standIn, stack }: Deployed, { id }: Run): Promise<void> {
  const idOf = (type: string) =>
    Object.entries(stack.resources).find(([, { Type }]) => Type === type)?.[0] ?? '';
  const command = new SubmitJobCommand({
    jobName: `${id}-1`,
    tags: { 'signalbox:job': 'batch', 'signalbox:stack': 'iam-test', 'signalbox:run': id },
    jobQueue: resolve.ref(idOf('AWS::Batch::JobQueue')),
    jobDefinition: resolve.ref(idOf('AWS::Batch::JobDefinition')),
  });
  await (await standIn.clients.batch()).send(command);
}

/** It may wait in its queue no longer. */
function toImpatient(run: Run): Run {
  const { work } = run.plan;
  return work.target === 'batch' && run.job === 'impatient'
    ? { ...run, plan: { ...run.plan, work: { ...work, tryStartTimeoutSeconds: 0 } } }
    : run;
}

/** It was asked for long ago, and may take no longer. */
function toLate(run: Run): Run {
  const last = run.attempts.at(-1);
  if (last === undefined) return run;
  const { startedAt: _, ...attempt } = last;
  return {
    ...run,
    attempts: [
      ...run.attempts.slice(0, -1),
      { ...attempt, askedAt: 1, startBy: 1, ...('startedAt' in last && { startedAt: 1 }) },
    ],
  };
}

/** As if whoever was at it had died a while ago. */
export async function makeDue(
  cloud: Deployed,
  id: string,
  change: (run: Run) => Run = (run) => run,
): Promise<void> {
  await until(`run ${id} was changed`, async () => {
    const run = await load(cloud, id);
    if (isFinished(run)) return true;
    const past = Date.now() - 1;
    const { next, outbox } = run;
    const saved = await cloud.ledger.save(
      change({
        ...run,
        dueAt: past,
        outbox: outbox.map((effect) => ({ ...effect, notBefore: past })),
        ...(next && { next: { ...next, at: past } }),
      }),
    );
    return saved !== undefined;
  });
}

export async function runsOf(cloud: Deployed, source: SourceName): Promise<readonly Run[]> {
  const { runs } = await cloud.ledger.list({ limit: 1_000 });
  return runs.filter((run) => run.source === source);
}

async function load(cloud: Deployed, id: string): Promise<Run> {
  const run = await cloud.ledger.load(id);
  if (run === undefined) throw new Error(`there is no run ${id}`);
  return run;
}
