import { describe, expect, it } from 'vitest';
import { sourceNames } from '../../shared/events/trigger-event.ts';
import { createRoutingTable, type RuleCompilers } from '../../shared/jobs/routing-table.ts';
import { everySource } from '../../shared/jobs/rules/every-source.ts';
import { NoRuleError } from '../../shared/sources/source.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';
import { type Jobs, toJobsFile } from '../router/world.ts';
import { queueArn, toQueueMessage } from '../support/aws-messages.ts';
import { parse } from './rules/routing.ts';

const messages = (...bodies: readonly string[]) =>
  parse({
    Records: bodies.map((body, position) => toQueueMessage(body, { messageId: `message-${position}` })),
  });

const queue = (properties: object = {}) => ({
  type: 'sqs',
  properties: { sqsQueueArn: queueArn, ...properties },
});
const kind = (name: string) => queue({ filterPatterns: [{ body: { kind: [name] } }] });

const createTable = (jobs: Jobs, compilers: RuleCompilers = everySource) =>
  createRoutingTable(toJobsFile(jobs).jobs, compilers);

describe('several rules of one job', () => {
  it('start it once, with what any of them takes, in the order of the records', () => {
    const table = createTable({ media: { events: [kind('video'), kind('image')] } });
    const delivery = messages('{"kind":"image"}', '{"kind":"text"}', '{"kind":"video"}');
    expect(table.match(delivery)).toMatchObject([{ job: { name: 'media' }, records: [0, 2] }]);
  });

  it('start it once also when each of them takes everything', () => {
    const table = createTable({ media: { events: [queue(), queue({ batchSize: 5 })] } });
    expect(table.match(messages('a', 'b'))).toMatchObject([{ job: { name: 'media' }, records: [0, 1] }]);
  });

  it('start it once with a record that several of them take, readable or not', () => {
    const both = queue({ filterPatterns: [{ body: { kind: ['image', 'video'] } }] });
    const table = createTable({ media: { events: [kind('image'), both] } });
    const unreadable = toQueueMessage('{}', { messageId: 'message-x', attributes: {} });
    const delivery = parse({ Records: [toQueueMessage('{"kind":"image"}'), unreadable] });
    expect(table.match(delivery)).toMatchObject([{ records: [0, 1] }]);
  });

  it('start it as the first of them says that takes the delivery', () => {
    const single = { ...kind('image'), properties: { ...kind('image').properties, batching: 'record' } };
    const jobs = { media: { events: [kind('video'), single] } };
    const [ofVideos, ofImages] = toJobsFile(jobs).jobs[0]?.events ?? [];
    const ruleOf = (delivery: ReturnType<typeof messages>) =>
      createTable(jobs)
        .match(delivery)
        .map(({ rule }) => rule.id);
    expect(ruleOf(messages('{"kind":"image"}'))).toEqual([ofImages?.id]);
    expect(ruleOf(messages('{"kind":"image"}', '{"kind":"video"}'))).toEqual([ofVideos?.id]);
  });
});

describe('several jobs', () => {
  const jobs = {
    image: { events: [{ type: 'manual' }, kind('image')] },
    video: { events: [kind('video')] },
    every: { events: [queue()] },
  };

  it('are started each with its own records, in the order of jobs.yml', () => {
    const delivery = messages('{"kind":"video"}', '{"kind":"image"}');
    const matches = createTable(jobs).match(delivery);
    expect(matches.map(({ job, records }) => [job.name, records])).toEqual([
      ['image', [1]],
      ['video', [0]],
      ['every', [0, 1]],
    ]);
  });

  it('are judged rule by rule, those of other sources too', () => {
    const judgements = createTable(jobs).judge(messages('{"kind":"video"}'));
    expect(
      judgements.map(({ job, rule, verdict }) => [job.name, rule.type, verdict.kind, verdict.why()]),
    ).toEqual([
      ['image', 'manual', 'elsewhere', 'it takes manual, not sqs'],
      ['image', 'sqs', 'leaves', 'body.kind is "video", expected "image"'],
      ['video', 'sqs', 'takes', `the queue is ${queueArn}`],
      ['every', 'sqs', 'takes', `the queue is ${queueArn}`],
    ]);
  });

  it('are judged also when a delivery is for none of them', () => {
    const table = createTable({ image: { events: [{ type: 'manual' }] } });
    const delivery = messages('a');
    expect(() => table.match(delivery)).toThrow(NoRuleError);
    expect(table.judge(delivery).map(({ verdict }) => verdict.why())).toEqual(['it takes manual, not sqs']);
  });
});

describe('a delivery', () => {
  const first = (source: keyof typeof payloads) => Object.values(payloads[source])[0];
  const lone = { 'word-index': { events: [{ type: 'manual' }] } };

  it.each(sourceNames.filter((source) => !['http-api-gateway', 'schedule', 'manual'].includes(source)))(
    'of %s is refused when no job has an event of this type',
    (source) => {
      expect(() => createTable(lone).match(parse(first(source)))).toThrow(
        new NoRuleError(`no job has an event of type ${source}`),
      );
    },
  );

  it.each([
    ['http-api-gateway', 'no job has the route POST /orders'],
    ['schedule', 'no job has the schedule on-schedule-a8132474'],
    ['manual', 'no job is named on-manual; jobs.yml has word-index'],
  ] as const)('of %s is refused then with what it names', (source, message) => {
    expect(() => createTable(lone).match(parse(first(source)))).toThrow(new NoRuleError(message));
  });

  it('that one job leaves out is for a rule, even though it is not for those of others', () => {
    const table = createTable({
      other: { events: [{ type: 'sqs', properties: { sqsQueueName: 'invoices' } }] },
      image: { events: [kind('image')] },
    });
    expect(table.match(messages('{"kind":"text"}'))).toEqual([]);
  });

  it('is for no rule where its source is left out', () => {
    const table = createTable({ every: { events: [queue()] } }, { sns: everySource.sns });
    expect(() => table.match(messages('a'))).toThrow(new NoRuleError('no job has an event of type sqs'));
  });
});
