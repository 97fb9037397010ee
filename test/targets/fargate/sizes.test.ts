import { describe, expect, it } from 'vitest';
import { toEnvironmentLine } from '../../../shared/runs/order.ts';
import { limits } from '../../../shared/targets/fargate/limits.ts';
import { ServiceError } from '../../stand-in/service.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createFargate, type Fargate, toFargateOrder } from './fargate-world.ts';

const own = 'arn:aws:s3:::own/settings.env';

/** Events of a given number of characters in their text, each full of what escapes badly. */
const kinds: readonly (readonly [string, string])[] = [
  ['plain letters', 'a'],
  ['quotes', '"'],
  ['backslashes', '\\'],
  ['control characters', '\u0001\n'],
  ['line separators of Unicode', '\u2028'],
  ['characters beyond the basic plane', '😀'],
  ['lone surrogates', '\ud83d'],
  ['equals signs', '='],
];

/** The longest event of a kind that is within a limit, filled up with letters, and one that is a letter longer. */
function toEdge(filler: string, isWithin: (event: string) => boolean): readonly [string, string] {
  const toEvent = (fillers: number, letters: number) =>
    JSON.stringify({ text: filler.repeat(fillers) + 'x'.repeat(letters) });
  const fillers = toLast((count) => isWithin(toEvent(count, 0)));
  const letters = toLast((count) => isWithin(toEvent(fillers, count)));
  return [toEvent(fillers, letters), toEvent(fillers, letters + 1)];
}

/** The last number from 0 for which it holds. */
function toLast(holds: (count: number) => boolean): number {
  let [within, beyond] = [0, 131_072];
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if (holds(middle)) within = middle;
    else beyond = middle;
  }
  return within;
}

async function arrived({ onlyTask }: Fargate): Promise<string> {
  await until('it has stopped', () => onlyTask().lastStatus() === 'STOPPED');
  return onlyTask().output('job');
}

describe('an event as a variable', () => {
  it.each(kinds)(
    'of %s arrives up to the limit, and is measured as too big beyond it',
    async (_name, filler) => {
      const world = await createFargate();
      const { target, callsOf } = world;
      const order = world.toOrder('prints');
      const measure = (event: string) => target.limits.inline(order, event);
      const [longest, longer] = toEdge(filler, (event) => measure(event).size <= measure(event).most);
      const started = await target.start(order, { tier: 'inline', text: longest });
      expect(started.kind).toBe('started');
      expect(await arrived(world)).toBe(longest);
      const sent = JSON.stringify(callsOf('RunTask')[0]?.request['overrides']);
      expect(measure(longest)).toEqual({ size: Buffer.byteLength(sent), most: 8192 });
      expect(measure(longest).size).toBeGreaterThan(8192 - 2);
      expect(measure(longer).size).toBeGreaterThan(8192);
    },
  );

  it('is refused by ECS one character beyond what is measured as fitting', async () => {
    const { target, toOrder } = await createFargate();
    const order = toOrder('prints');
    const [longest, longer] = toEdge('"', (event) => target.limits.inline(order, event).size <= 8192);
    expect(target.limits.inline(order, longest).size).toBe(8192);
    expect(await target.start(order, { tier: 'inline', text: longer })).toEqual({
      kind: 'refused',
      cause: {
        class: 'rejected',
        reason: 'InvalidParameterException: Container Overrides length must be at most 8192',
      },
    });
  });

  it('shares the limit with everything else that the order overrides', () => {
    const plain = toFargateOrder('prints');
    const more = toFargateOrder(
      'prints',
      { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      { overrides: { cpu: 1, memory: 2048, storage: 30, taskRoleArn: 'arn:aws:iam::123456789012:role/job' } },
    );
    const added = '{"name":"TRACEPARENT","value":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},'
      .length;
    const overrides =
      ',"cpu":"1024","memory":"2048","ephemeralStorage":{"sizeInGiB":30},"taskRoleArn":"arn:aws:iam::123456789012:role/job"'
        .length;
    const sizeOf = (order: typeof plain) => limits.inline(order, '{}').size;
    expect(sizeOf(more) - sizeOf(plain)).toBe(added + overrides);
  });
});

describe('an event as an environment file', () => {
  const uri = `s3://payloads/${runId}/event.env`;
  const eventArn = `arn:aws:s3:::payloads/${runId}/event.env`;

  async function createWithFiles(
    files: Record<string, string>,
    more: Parameters<typeof createFargate>[0] = {},
  ) {
    return createFargate({
      ...more,
      readObject: async (arn) => {
        const text = files[arn];
        if (text === undefined) throw new Error('AccessDenied: status code: 403');
        return text;
      },
    });
  }

  const toPayload = (text: string) =>
    ({
      tier: 'environment-file',
      payload: { uri, sha256: '00', sizeBytes: Buffer.byteLength(text) },
    }) as const;

  it.each(kinds)(
    'of %s arrives up to 60,000 bytes, and is measured as too big beyond it',
    async (_name, filler) => {
      const order = toFargateOrder('prints');
      const measure = (event: string) => limits.environmentFile?.(order, event) ?? { size: 1, most: 0 };
      const [longest, longer] = toEdge(filler, (event) => measure(event).size <= measure(event).most);
      expect(measure(longest)).toEqual({
        size: Buffer.byteLength(toEnvironmentLine(longest).trimEnd()),
        most: 60_000,
      });
      expect(measure(longest).size).toBe(60_000);
      expect(measure(longer).size).toBe(60_001);
      const world = await createWithFiles({ [eventArn]: toEnvironmentLine(longest) });
      await world.target.start(order, toPayload(longest));
      const text = await arrived(world);
      expect(JSON.parse(text)).toEqual(JSON.parse(longest));
      expect(text).toBe(longest.replaceAll('=', '\\u003d'));
    },
  );

  it('arrives as the same JSON with "=" in it, at which some agents would cut the line', async () => {
    const event = '{"id":"YWJjZA==","path":"a\\\\=b"}';
    const line = toEnvironmentLine(event);
    expect(line).toBe('STP_TRIGGER_EVENT_DATA={"id":"YWJjZA\\u003d\\u003d","path":"a\\\\\\u003db"}\n');
    const world = await createWithFiles({ [eventArn]: line });
    await world.target.start(toFargateOrder('prints'), toPayload(event));
    expect(JSON.parse(await arrived(world))).toEqual({ id: 'YWJjZA==', path: 'a\\=b' });
  });

  it.each(['\n', '\r', '\0'])('is none for a text with a line break or a NUL in it: %j', (character) => {
    const order = toFargateOrder('prints');
    const { size, most } = limits.environmentFile?.(order, `{"id":${character}7}`) ?? { size: 0, most: 0 };
    expect(size).toBeGreaterThan(most);
  });

  it("stands before the definition's own files, which the override would replace", async () => {
    const files = {
      [eventArn]: toEnvironmentLine('{"id":"event-1"}'),
      [own]: 'COLOUR=blue\nSTP_TRIGGER_EVENT_DATA=old\n# comment\n',
    };
    const world = await createWithFiles(files, {
      definitions: [
        {
          family: 'own-files',
          revision: 1,
          containers: [
            {
              name: 'job',
              environmentFiles: [own],
              command: ['sh', '-c', 'printf %s "$COLOUR $STP_RUN_ID $STP_TRIGGER_EVENT_DATA"'],
            },
          ],
        },
      ],
    });
    const order = world.toOrder('own-files', {}, { environmentFiles: [own] });
    await world.target.start(order, toPayload('{"id":"event-1"}'));
    expect(await arrived(world)).toBe(`blue ${runId} {"id":"event-1"}`);
    expect(world.standIn.countOf('DescribeTaskDefinition')).toBe(0);
  });

  it("asks for the files of somebody else's definition, once for a revision", async () => {
    const world = await createWithFiles(
      { [eventArn]: toEnvironmentLine('{}'), [own]: 'COLOUR=blue\n' },
      {
        definitions: [
          {
            family: 'foreign',
            revision: 1,
            containers: [
              { name: 'proxy', course: { seconds: 60, exitCode: 0 }, isEssential: false },
              { name: 'job', environmentFiles: [own], course: { seconds: 0, exitCode: 0 } },
            ],
          },
        ],
      },
    );
    const { environmentFiles: _, ...work } = world.toOrder('foreign').work;
    for (const token of [`${runId}-1-1`, `${runId}-2-1`]) {
      const order = { ...world.toOrder('foreign', { token }), work };
      expect(await world.target.start(order, toPayload('{}'))).toMatchObject({ kind: 'started' });
    }
    expect(world.standIn.countOf('DescribeTaskDefinition')).toBe(1);
    expect(world.callsOf('RunTask')[1]?.request['overrides']).toMatchObject({
      containerOverrides: [
        {
          environmentFiles: [
            { value: eventArn, type: 's3' },
            { value: own, type: 's3' },
          ],
        },
      ],
    });
  });

  it.each([
    ['a variable', { environment: { STP_TRIGGER_EVENT_DATA: 'old' } }, /sets STP_TRIGGER_EVENT_DATA itself/],
    ['a secret', { secrets: ['STP_TRIGGER_EVENT_DATA'] }, /sets STP_TRIGGER_EVENT_DATA itself/],
    [
      'too many files',
      { environmentFiles: Array.from({ length: 10 }, (_, at) => `arn:aws:s3:::own/${at}.env`) },
      /has 10 environment files/,
    ],
    ['no such container', { name: 'other' }, /has no container job/],
  ])("refuses somebody else's definition that has %s", async (_name, container, reason) => {
    const world = await createWithFiles(
      {},
      {
        definitions: [
          {
            family: 'foreign',
            revision: 1,
            containers: [{ name: 'job', course: { seconds: 0, exitCode: 0 }, ...container }],
          },
        ],
      },
    );
    const { environmentFiles: _, ...work } = world.toOrder('foreign').work;
    const order = { ...world.toOrder('foreign'), work };
    expect(await world.target.start(order, toPayload('{}'))).toEqual({
      kind: 'refused',
      cause: { class: 'rejected', reason: expect.stringMatching(reason) },
    });
    expect(world.standIn.countOf('RunTask')).toBe(0);
  });

  it.each([
    ['is denied', new ServiceError('AccessDeniedException', 'no'), 'rejected'],
    ['is throttled', new ServiceError('ThrottlingException', 'Rate exceeded'), 'throttled'],
    ['fails', new ServiceError('ServerException', 'sorry', 500), 'target-unavailable'],
  ] as const)(
    'is refused as %s when the definition %s, and the next start asks again',
    async (_name, error, failure) => {
      const world = await createWithFiles({});
      const { environmentFiles: _, ...work } = world.toOrder('instant').work;
      world.standIn.faults.next('DescribeTaskDefinition', { kind: 'refuse', error });
      const order = { ...world.toOrder('instant'), work };
      expect(await world.target.start(order, toPayload('{}'))).toMatchObject({
        kind: 'refused',
        cause: { class: failure },
      });
      expect((await world.target.start(order, toPayload('{}'))).kind).toBe('started');
    },
  );

  it('is none beside ten files of the definition: the event goes by claim check', () => {
    const files = Array.from({ length: 10 }, (_, at) => `arn:aws:s3:::own/${at}.env`);
    const toSize = (environmentFiles: readonly string[]) =>
      limits.environmentFile?.(toFargateOrder('prints', {}, { environmentFiles }), '{}') ?? {
        size: 0,
        most: 0,
      };
    expect(toSize(files).size).toBeGreaterThan(toSize(files).most);
    expect(toSize(files.slice(1)).size).toBeLessThanOrEqual(toSize(files.slice(1)).most);
  });

  it('is refused when the event lies in no bucket', async () => {
    const { target, toOrder } = await createFargate();
    const payload = { uri: 'file:///tmp/event.env', sha256: '00', sizeBytes: 2 };
    expect(await target.start(toOrder('instant'), { tier: 'environment-file', payload })).toMatchObject({
      kind: 'refused',
      cause: { class: 'rejected', reason: expect.stringContaining('no bucket') },
    });
  });

  it("never starts the job when the object can't be read", async () => {
    const world = await createWithFiles({});
    const order = world.toOrder('prints');
    await world.target.start(order, toPayload('{}'));
    await until('it has stopped', () => world.onlyTask().lastStatus() === 'STOPPED');
    const [report] = await world.target.describe([{ token: order.token, work: order.work }]);
    expect(report).toMatchObject({ state: 'never-started', cause: { class: 'rejected' } });
    expect(world.ecs.begun(order.token)).toBe(0);
  });
});

describe('an event by claim check', () => {
  it('is named in three variables', async () => {
    const { target, toOrder, onlyTask } = await createFargate();
    const payload = { uri: `s3://payloads/${runId}/event.json`, sha256: 'ab', sizeBytes: 100_000 };
    await target.start(toOrder('instant'), { tier: 'claim-check', payload });
    await until('it has begun', () => onlyTask().hasBegun());
    expect(onlyTask().environments.get('job')).toMatchObject({
      STP_TRIGGER_EVENT_DATA: `{"claimCheck":{"uri":"s3://payloads/${runId}/event.json","sha256":"ab","sizeBytes":100000}}`,
      STP_TRIGGER_EVENT_URI: `s3://payloads/${runId}/event.json`,
      STP_TRIGGER_EVENT_SHA256: 'ab',
    });
  });
});
