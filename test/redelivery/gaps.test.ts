import { describe, expect, it } from 'vitest';
import { kinesisStream } from '../../shared/sources/kinesis-stream.ts';
import { invocation } from '../contract/source.ts';
import { createRouterWorld } from '../router/world.ts';
import { atEnd } from '../support/folder.ts';
import { deliveries } from './deliveries.ts';

const stream = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
const kinesis = deliveries.find(({ source }) => source === 'kinesis-stream');
const rule = (more: object = {}) => ({ type: 'kinesis-stream', properties: { streamArn: stream, ...more } });
const odd = { filterPatterns: [{ partitionKey: ['record-1', 'record-3', 'record-5'] }] };

/** The records that the job's runs got, when these deliveries came one after the other. */
async function startedBy(job: string, jobs: Record<string, object>, batches: readonly (readonly number[])[]) {
  const world = createRouterWorld(
    Object.fromEntries(Object.entries(jobs).map(([name, events]) => [name, { events: [events].flat() }])),
  );
  atEnd(world.remove);
  for (const batch of batches) {
    await world.router.route(kinesisStream.parse(kinesis?.toPayload(batch, ''), invocation));
  }
  const started: string[] = [];
  for (const { id, job: name, lostRecords } of await world.runs()) {
    if (name !== job) continue;
    const { records } = JSON.parse((await world.ledger.loadEvent(id)) ?? '');
    for (const [position, { subject }] of records.entries()) {
      if (!lostRecords.includes(position)) started.push(subject);
    }
  }
  return started.sort();
}

const all = ['record-1', 'record-2', 'record-3', 'record-4', 'record-5', 'record-6'];

describe('records of a shard that come between others', () => {
  it('are not lost to a job which was given the records around them through the filter of another', async () => {
    const jobs = { picky: rule(odd), hungry: rule() };
    expect(
      await startedBy('hungry', jobs, [
        [1, 3, 5],
        [1, 2, 3, 4, 5, 6],
      ]),
    ).toEqual(all);
    expect(
      await startedBy('picky', jobs, [
        [1, 3, 5],
        [1, 2, 3, 4, 5, 6],
      ]),
    ).toEqual(['record-1', 'record-3', 'record-5']);
  });

  it('are not lost to a job with a filtered rule and another without', async () => {
    expect(
      await startedBy('both', { both: [rule(odd), rule()] }, [
        [1, 3, 5],
        [1, 2, 3, 4, 5, 6],
      ]),
    ).toEqual(all);
  });

  it('are not lost when deliveries of a shard overtake each other', async () => {
    const jobs = { quick: rule({ parallelizationFactor: 4 }) };
    expect(
      await startedBy('quick', jobs, [
        [1, 4],
        [2, 6],
        [3, 5],
      ]),
    ).toEqual(all);
  });

  it('are claimed with the others where nothing is left out, which is one claim for a delivery', async () => {
    expect(
      await startedBy('plain', { plain: rule() }, [
        [1, 2, 3],
        [2, 3, 4],
        [4, 5, 6],
      ]),
    ).toEqual(all);
  });
});
