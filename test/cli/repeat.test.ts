import { expect, it } from 'vitest';
import { toRepeats } from '../../cli/repeat.ts';

const toId = (number: number) => String(number).padStart(10, '0').padEnd(26, 'x');

it('names the runs by what is shown of their ids, and says where they are', () => {
  const shell = { configPath: () => "ada's shop/jobs.yml" };
  const where = { stage: 'prod', region: 'eu-west-1', profile: 'ops' };
  expect(toRepeats(shell, [{ id: toId(2) }, { id: toId(1) }], 'monday', where)).toEqual([
    "signalbox runs replay 0000000002 0000000001 --config 'ada'\\''s shop/jobs.yml' --stage prod --region eu-west-1 --profile ops --request-id monday",
  ]);
});

it('takes several commands for more than a hundred, none of them longer than a shell takes', () => {
  const runs = Array.from({ length: 201 }, (_, number) => ({ id: toId(number) }));
  const commands = toRepeats({ configPath: () => undefined }, runs, 'filter', {});
  const named = commands.map((command) => command.match(/\b\d{10}\b/g) ?? []);
  expect(named.map(({ length }) => length)).toEqual([100, 100, 1]);
  expect(named.flat()).toEqual(runs.map(({ id }) => id.slice(0, 10)));
  for (const command of commands) expect(command).toMatch(/ --request-id filter$/);
});
