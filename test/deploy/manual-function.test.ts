import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStageFunction, type StageFunction } from '../../shared/deploy/manual-function.ts';
import { region } from '../stand-in/core.ts';
import { createLambda } from '../stand-in/lambda.ts';
import { ServiceError } from '../stand-in/service.ts';
import { type StandIn, startStandIn } from '../stand-in/stand-in.ts';

let standIn: StandIn;
let calls: unknown[] = [];
let manual: StageFunction;

const functions = {
  'shop-prod-manual': async (payload: unknown) => {
    calls.push(payload);
    if (payload === 'throw') throw Object.assign(new Error('no job is named x'), { name: 'NoRuleError' });
    if (payload === 'sleep')
      throw Object.assign(new Error('Task timed out after 30.00 seconds'), { name: undefined });
    return { took: payload };
  },
};

beforeAll(async () => {
  standIn = await startStandIn(createLambda(functions));
  manual = create('shop-prod-manual');
});
afterAll(async () => {
  manual.close();
  await standIn.close();
});

it('gives what the function answers', async () => {
  expect(await manual.call({ job: 'x', input: null }, false)).toEqual({ took: { job: 'x', input: null } });
});

it('tells what the function threw', async () => {
  const problem = { name: 'FunctionFailed', errorType: 'NoRuleError', message: 'no job is named x' };
  await expect(manual.call('throw', true)).rejects.toMatchObject(problem);
});

it('tells of a function whose time was over, which has no name for that', async () => {
  const problem = { name: 'FunctionFailed', errorType: '', message: 'Task timed out after 30.00 seconds' };
  await expect(manual.call('sleep', true)).rejects.toMatchObject(problem);
});

it('repeats what may be repeated, after a lost answer and after a refusal', async () => {
  calls = [];
  const busy = new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429);
  standIn.faults.next('Invoke', { kind: 'drop answer' }, { kind: 'refuse', error: busy });
  expect(await manual.call('cancel', true)).toEqual({ took: 'cancel' });
  expect(calls).toEqual(['cancel', 'cancel']);
});

it.each([
  ['no answer comes', { kind: 'drop answer' } as const, 1],
  [
    'Lambda has an error of its own',
    { kind: 'refuse', error: new ServiceError('ServiceException', 'Internal', 500) } as const,
    0,
  ],
])('sends nothing twice else, and says that nobody knows: %s', async (_, fault, done) => {
  calls = [];
  standIn.faults.next('Invoke', fault);
  await expect(manual.call('start', false)).rejects.toMatchObject({ name: 'UnknownOutcome' });
  expect(calls).toHaveLength(done);
});

it('is given up after some time', async () => {
  const hasty = create('shop-prod-manual', 0.2);
  standIn.faults.next('Invoke', { kind: 'hang' });
  await expect(hasty.call('start', false)).rejects.toMatchObject({ name: 'UnknownOutcome' });
  hasty.close();
});

it('was not called when Lambda refuses it', async () => {
  const refused = new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429);
  standIn.faults.next('Invoke', { kind: 'refuse', error: refused });
  await expect(manual.call('start', false)).rejects.toThrow('TooManyRequestsException: Rate Exceeded');
});

it('is not there', async () => {
  const other = create('shop-test-manual');
  await expect(other.call({}, true)).rejects.toThrow(
    'the function shop-test-manual is not there in eu-west-1: is the stage deployed there?',
  );
  other.close();
});

function create(name: string, seconds?: number): StageFunction {
  const credentials = async () => ({ accessKeyId: 'stand-in', secretAccessKey: 'stand-in' });
  return createStageFunction({ region, credentials, endpoint: standIn.url }, name, seconds);
}
