import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLogStreams, type LogStreams } from '../../shared/deploy/log-stream.ts';
import { region } from '../stand-in/core.ts';
import { createLogs } from '../stand-in/logs.ts';
import { ServiceError } from '../stand-in/service.ts';
import { type StandIn, startStandIn } from '../stand-in/stand-in.ts';

const group = '/jobs/train';
const logs = createLogs();
let standIn: StandIn;
let streams: LogStreams;
let stream = 0;

beforeAll(async () => {
  standIn = await startStandIn(logs.create);
  const credentials = async () => ({ accessKeyId: 'stand-in', secretAccessKey: 'stand-in' });
  streams = createLogStreams({ region, credentials, endpoint: standIn.url });
});
afterAll(async () => {
  streams.close();
  await standIn.close();
});
beforeEach(() => {
  stream++;
});

it('gives each line once, and goes on where it was', async () => {
  logs.write(group, `${stream}`, 'one', 'two');
  const read = open();
  expect(await all(read())).toEqual(['one\n', 'two\n']);
  expect(await all(read())).toEqual([]);
  logs.write(group, `${stream}`, 'three');
  expect(await all(read())).toEqual(['three\n']);
});

it('reads all pages', async () => {
  const messages = Array.from({ length: 10_001 }, (_, number) => `line ${number}`);
  logs.write(group, `${stream}`, ...messages);
  expect(await all(open()())).toEqual(messages.map((message) => `${message}\n`));
});

it('goes on after an empty page, which is not the end', async () => {
  logs.write(group, `${stream}`, 'one');
  logs.giveEmpty(2);
  expect(await all(open()())).toEqual(['one\n']);
});

it('has no lines while there is no stream, or no group', async () => {
  const read = open();
  expect(await all(read())).toEqual([]);
  logs.write(group, `${stream}`, 'at last');
  expect(await all(read())).toEqual(['at last\n']);
  expect(await all(streams.open({ group: '/jobs/none', stream: '1' })())).toEqual([]);
});

it('asks again when it is asked to slow down', async () => {
  logs.write(group, `${stream}`, 'one');
  const error = new ServiceError('ThrottlingException', 'Rate exceeded');
  standIn.faults.next('GetLogEvents', { kind: 'refuse', error }, { kind: 'drop answer' });
  expect(await all(open()())).toEqual(['one\n']);
});

it('says which action is missing', async () => {
  const error = new ServiceError(
    'AccessDeniedException',
    'User: arn:aws:iam::123456789012:user/ada is not authorized to perform: logs:GetLogEvents on resource: arn:aws:logs:eu-west-1:123456789012:log-group:/jobs/train:log-stream:1 because no identity-based policy allows the logs:GetLogEvents action',
  );
  standIn.faults.next('GetLogEvents', { kind: 'refuse', error });
  await expect(all(open()())).rejects.toThrow(
    'arn:aws:iam::123456789012:user/ada may not do logs:GetLogEvents on arn:aws:logs:eu-west-1:123456789012:log-group:/jobs/train:log-stream:1',
  );
});

function open() {
  return streams.open({ group, stream: `${stream}` });
}

async function all(lines: AsyncGenerator<string>): Promise<readonly string[]> {
  const read: string[] = [];
  for await (const line of lines) read.push(line);
  return read;
}
