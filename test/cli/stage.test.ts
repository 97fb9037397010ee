import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createFolderPayloadStore } from '../../shared/payloads/folder.ts';
import type { Plan } from '../../shared/runs/plan.ts';
import type { Attempt, Run } from '../../shared/runs/run.ts';
import { makeFolder, shell } from '../local/dev.ts';
import { ServiceError } from '../stand-in/service.ts';
import { toDraft, toPlan } from '../support/draft.ts';
import { runHere } from './here.ts';
import { createCommandLine } from './signalbox.ts';
import { startStage, type TestStage } from './stage.ts';

const commandLine = createCommandLine();
const start = Date.now() - 3_600_000;
const ended: Partial<Run> = { status: 'failed', createdAt: start, endedAt: start + 3000 };
let stage: TestStage;
let folder: string;

beforeAll(async () => {
  folder = makeFolder({ jobs: { quick: shell('true'), failing: shell('exit 3') } });
  const path = join(folder, 'jobs.yml');
  stage = await startStage(parseJobs(readFileSync(path, 'utf8'), path));
  for (const [name, value] of Object.entries(stage.environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await commandLine.close();
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
});

const signalbox = (...words: string[]) => runHere(folder, [...words, '--stage', 'prod']);

describe('a command with --stage', () => {
  it('starts a job there, and waits until it has ended', async () => {
    const { code, stdout, stderr } = await signalbox('invoke', 'failing', '--json');
    expect(code).toBe(3);
    const run = JSON.parse(stdout);
    expect(run).toMatchObject({ job: 'failing', status: 'failed', source: 'manual' });
    expect(stderr).toBe(`run ${run.runId}\n`);
    const left = await signalbox('invoke', 'quick', '--no-wait', '--json');
    expect(left.code).toBe(0);
    expect(JSON.parse(left.stdout)).toMatchObject({ job: 'quick' });
  });

  it('exits 2 for a job that can not be started', async () => {
    const { code, stderr } = await signalbox('invoke', 'quack');
    expect(code).toBe(2);
    expect(stderr).toContain('no job is named quack; jobs.yml has quick, failing');
  });

  it('reads the runs that are there, in a process of its own', async () => {
    await seed('aa1', { job: 'train' });
    const words = ['runs', 'show', 'aa1', '--stage', 'prod', '--region', 'eu-west-1', '--json'];
    const more = { ...stage.environment, AWS_REGION: 'eu-central-1' };
    const { code, stdout, stderr } = await commandLine.start(folder, words, { more }).ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ runId: toId('aa1'), job: 'train', event: { id: 'event-1' } });
    const listed = await signalbox('runs', 'list', '--job', 'train', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ runId: toId('aa1') }]);
  });

  it('shows a run whose event is gone from where it was stored', async () => {
    const elsewhere = createFolderPayloadStore(join(folder, 'payloads'));
    const draft = toDraft({ id: toId('aa2'), ...ended, job: 'train' }, { event: `"${'x'.repeat(400_000)}"` });
    await stage.ledgerWith(elsewhere).accept(draft, (run) => run);
    const { code, stdout, stderr } = await signalbox('runs', 'show', 'aa2');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/\nevent\nnot kept any more\n$/);
  });

  it('replays what a filter finds, once', async () => {
    for (const prefix of ['bb1', 'bb2']) await seed(prefix, { job: 'quick' });
    const words = ['runs', 'replay', '--job', 'quick', '--status', 'failed', '--yes', '--json'];
    const { code, stdout, stderr } = await signalbox(...words);
    expect(code).toBe(0);
    const replayOf = JSON.parse(stdout).map((run: { replayOf: string }) => run.replayOf);
    expect(replayOf.toSorted()).toEqual([toId('bb1'), toId('bb2')]);
    expect(stderr).toMatch(
      /go on with\nsignalbox runs replay bb\d0{7} bb\d0{7} --stage prod --request-id filter\n/,
    );
    expect((await signalbox(...words)).stderr).toContain('2 runs are left out: replayed before');
  });

  it('asks again when a command has no answer, and does it once', async () => {
    await seed('bb3', { job: 'quick' });
    stage.standIn.faults.next('Invoke', { kind: 'drop answer' });
    const { code, stdout } = await signalbox('runs', 'replay', toId('bb3'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(1);
    const { runs } = await stage.ledger.list({ jobs: ['quick'], limit: 100 });
    expect(runs.filter(({ replayOf }) => replayOf === toId('bb3'))).toHaveLength(1);
  });

  it('never starts a job a second time when there is no answer, and says what to look at', async () => {
    const before = stage.standIn.countOf('Invoke');
    stage.standIn.faults.next('Invoke', { kind: 'drop answer' });
    const { code, stderr } = await signalbox('invoke', 'quick');
    expect(code).toBe(5);
    expect(stderr).toContain('A run may have been recorded: look at "signalbox runs list --stage prod"');
    expect(stage.standIn.countOf('Invoke')).toBe(before + 1);
  });

  it('does not try the rest when the stage can not be reached', async () => {
    for (const number of [1, 2, 3, 4, 5, 6, 7]) await seed(`cc${number}`, { job: 'failing' });
    const denied = new ServiceError(
      'AccessDeniedException',
      'User: arn:aws:iam::123456789012:user/ada is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:123456789012:function:shop-prod-manual because no identity-based policy allows the lambda:InvokeFunction action',
      403,
    );
    stage.standIn.faults.always('Invoke', { kind: 'refuse', error: denied });
    const { code, stdout, stderr } = await signalbox('runs', 'replay', '--job', 'failing', '--yes');
    stage.standIn.faults.always('Invoke', undefined);
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toContain(
      `${toId('cc1')}: arn:aws:iam::123456789012:user/ada may not do lambda:InvokeFunction on arn:aws:lambda:eu-west-1:123456789012:function:shop-prod-manual`,
    );
    expect(stderr).toMatch(/the other \d were not tried\n$/);
  });

  it('exits 4 for a run that there is none of', async () => {
    expect(await signalbox('runs', 'cancel', 'zz')).toMatchObject({
      code: 4,
      stderr: "error: no run's id begins with zz\n",
    });
  });
});

describe('runs logs --stage', () => {
  const fargate: Plan['work'] = {
    target: 'fargate',
    cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/jobs',
    taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/train:1',
    container: 'job',
    network: { subnets: [], securityGroups: [], assignPublicIp: false },
    isSpot: false,
    logs: { group: '/jobs/train', streamPrefix: 'run' },
  };
  const task = 'arn:aws:ecs:eu-west-1:123456789012:task/jobs/0af1';

  it('prints what a task wrote', async () => {
    stage.logs.write('/jobs/train', 'run/job/0af1', 'loading', '\u00e9poch 1');
    await seed('dd1', { plan: toPlan({ work: fargate }), attempts: [attempted(1, task)] });
    expect(await signalbox('runs', 'logs', 'dd1')).toEqual({
      code: 0,
      stdout: 'loading\n\u00e9poch 1\n',
      stderr: '',
    });
  });

  it('follows one attempt after the other', async () => {
    stage.logs.write('/jobs/train', 'run/job/1', 'first');
    stage.logs.write('/jobs/train', 'run/job/2', 'second');
    const attempts = [attempted(1, `${task.slice(0, -4)}1`), attempted(2, `${task.slice(0, -4)}2`)];
    await seed('dd2', { plan: toPlan({ work: fargate, retry: { attempts: 3 } }), attempts });
    expect(await signalbox('runs', 'logs', 'dd2', '--follow')).toMatchObject({ code: 0, stdout: 'second\n' });
    const one = await signalbox('runs', 'logs', 'dd2', '--attempt', '1', '--follow');
    expect(one).toMatchObject({ code: 0, stdout: 'first\n' });
  });

  it('says when nothing was written, and when there is no such attempt', async () => {
    await seed('dd3', { plan: toPlan({ work: fargate }), attempts: [attempted(1, `${task}9`)] });
    expect(await signalbox('runs', 'logs', 'dd3')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'attempt 1 has written nothing to its log, log stream run/job/0af19 of log group /jobs/train\n',
    });
    expect((await signalbox('runs', 'logs', 'dd3', '--attempt', '2')).code).toBe(4);
  });

  it('prints the page of a state machine, which has no log', async () => {
    const stateMachine = 'arn:aws:states:eu-west-1:123456789012:stateMachine:import';
    const work: Plan['work'] = { target: 'state-machine', stateMachine, waitsForEnd: true };
    const execution = 'arn:aws:states:eu-west-1:123456789012:execution:import:x';
    await seed('dd4', { plan: toPlan({ work }), attempts: [attempted(1, execution)] });
    const { code, stdout, stderr } = await signalbox('runs', 'logs', 'dd4');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/states\/\S+import\S+\n$/);
    expect(stderr).toBe(
      'attempt 1 has no log to print: an execution of a state machine has no log of its own. Its page:\n',
    );
  });
});

describe('a stage that can not be used', () => {
  it.each([
    [
      ['--stage', 'test'],
      5,
      'the table shop-test-runs is not there in eu-west-1: is the stage deployed there?',
    ],
    [['--stage', 'a b'], 2, 'It is 1 to 16 of a-z and 0-9, and starts with a letter.'],
    [['--stage', 'prod', '--region', 'europe'], 2, 'It is a Region of AWS, such as eu-west-1.'],
    [['--region', 'eu-west-1'], 2, '--region is about a stage: name one with --stage'],
  ])('%j exits %i and says why', async (words, code, message) => {
    const answer = await runHere(folder, ['runs', 'list', ...words]);
    expect([answer.code, answer.stdout]).toEqual([code, '']);
    expect(answer.stderr).toContain(message);
    expect(answer.stderr).not.toContain('    at ');
  });

  it('has no manual function: exits 5', async () => {
    const { code, stderr } = await runHere(folder, ['invoke', 'quick', '--stage', 'test']);
    expect(code).toBe(5);
    expect(stderr).toContain('the function shop-test-manual is not there in eu-west-1');
  });

  it('is not found without a jobs.yml, which has its service', async () => {
    const { code, stderr } = await runHere('/', ['runs', 'list', '--stage', 'prod']);
    expect([code, stderr.startsWith('error: there is no jobs.yml in /')]).toEqual([2, true]);
  });
});

function attempted(number: number, externalId: string): Attempt {
  const token = `${toId('dd1')}-${number}-1`;
  return {
    number,
    askedAt: start,
    startBy: start + 60_000,
    start: { number: 1, token, askedAt: start, deadlineAt: start + 120_000, unknownAnswers: 0, externalId },
    refusals: 0,
    interruptions: 0,
    startedAt: start + 1000,
    endedAt: start + 2000,
  };
}

async function seed(prefix: string, change: Partial<Run>): Promise<void> {
  await stage.ledger.accept(toDraft({ id: toId(prefix), ...ended, ...change }), (run) => run);
}

function toId(prefix: string): string {
  return prefix.padEnd(26, '0');
}
