import { describe, it } from 'vitest';
import { isObject } from '../../shared/events/json.ts';
import { type SourceName, sourceNames } from '../../shared/events/trigger-event.ts';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { bodyOf, converse, outcomeOf } from '../integration/transcript.ts';
import { createBundles } from '../support/bundles.ts';
import { parseLogLines } from '../support/lambda-lines.ts';
import { readCorpus } from './corpus.ts';
import { toTaker } from './taker.ts';

const bundles = createBundles();
const corpus = readCorpus();
const own = corpus.flatMap(({ file, source, payload }) =>
  source === undefined ? [] : [{ file, source, payload }],
);
const others = corpus.filter(({ source }) => source === undefined);

describe.concurrent('the function of its source', () => {
  it.for(own)('takes $file, once', async ({ source, payload: original }, { expect }) => {
    const { jobsYml, payload } = toTaker(source, original);
    const sent = { name: source, payload, requestId: 'request-1' };
    const { exchanges, runs, lines } = await converse(bundles, source, jobsYml, [sent, sent]);

    const isIdle = JSON.stringify(payload).includes('ELB-HealthChecker');
    const started = runs.map(({ run: { id, job, status } }) => ({ runId: id, job, status }));
    expect(started).toEqual(isIdle ? [] : [{ runId: expect.any(String), job: 'taker', status: 'queued' }]);
    for (const exchange of exchanges) {
      expect(exchange.answered.underWay).toEqual([]);
      expect(toEssence(source, outcomeOf(exchange))).toEqual(toExpected(source, started));
    }
    expect(parseLogLines(lines).map(({ level }) => level)).toEqual(['INFO', 'INFO']);
  });

  it.for(own.filter(({ source }) => source === 'schedule'))(
    'refuses $file when it is of no schedule in jobs.yml',
    async ({ source, payload: original }, { expect }) => {
      const { jobsYml } = toTaker(source, original);
      const sent = { name: source, payload: original, requestId: 'request-1' };
      const { exchanges, runs } = await converse(bundles, source, jobsYml, [sent]);
      expect(exchanges.map(outcomeOf)).toEqual([
        { name: 'NoRuleError', message: 'no job has the schedule of this tick' },
      ]);
      expect(runs).toEqual([]);
    },
  );
});

describe.concurrent('every function', () => {
  it.for(sourceNames)('refuses what is of no source of ours: that of %s', async (source, { expect }) => {
    const sent = others.map(({ file, payload }) => ({ name: file, payload, requestId: file }));
    const { exchanges, runs, lines } = await converse(bundles, source, everySource, sent);
    for (const exchange of exchanges) {
      const outcome = outcomeOf(exchange);
      const refusal = isRequest(source)
        ? { statusCode: 400, body: expect.stringContaining('"type":"about:blank"') }
        : { name: 'EventParseError', message: expect.stringMatching(/ looks like | expected /) };
      expect(outcome, exchange.name).toMatchObject(refusal);
    }
    expect(exchanges).toHaveLength(others.length);
    expect(runs).toEqual([]);
    expect(parseLogLines(lines).map(({ level }) => level)).toEqual(others.map(() => 'WARN'));
  });
});

/** An answer as far as it depends on the runs; a load balancer's form is that of its request. */
function toEssence(source: SourceName, answer: unknown): unknown {
  if (!isRequest(source) || !isObject(answer)) return answer;
  const { statusCode, headers, multiValueHeaders } = answer;
  const body = bodyOf(answer);
  const type = JSON.stringify(headers ?? multiValueHeaders).includes('application/json');
  return { statusCode, body: type ? JSON.parse(body) : body };
}

function toExpected(source: SourceName, started: readonly object[]): unknown {
  const [run] = started;
  if (isRequest(source)) return run ? { statusCode: 202, body: run } : { statusCode: 200, body: 'OK' };
  const isPolled = source === 'sqs' || source === 'kinesis-stream' || source === 'dynamo-db-stream';
  return isPolled ? { batchItemFailures: [] } : { runs: started };
}

function isRequest(source: SourceName): boolean {
  return source === 'http-api-gateway' || source === 'application-load-balancer';
}
