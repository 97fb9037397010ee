import type { Context } from 'aws-lambda';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { initialise } from '../../shared/lambda/handler.ts';
import type { Measurement } from '../../shared/lambda/measurement.ts';
import { createMetrics } from '../../shared/lambda/metrics.ts';
import { failureClasses } from '../../shared/runs/failure.ts';
import { start } from '../support/draft.ts';
import { readMetrics } from './embedded-metric-format.ts';

/** The lines of one flush. */
function write(...measurements: readonly Measurement[]): readonly string[] {
  const lines: string[] = [];
  const metrics = createMetrics(
    (line) => lines.push(line),
    () => start,
  );
  metrics.measured({ service: 'media' }, measurements);
  metrics.flush();
  return lines;
}

const accepted = (job: string): Measurement => ({ metric: 'RunsAccepted', value: 1, job });
const toStart = (value: number): Measurement => ({ metric: 'TimeToStart', value, job: 'resize' });

describe('a flush', () => {
  it('is one line of the embedded metric format for a job', () => {
    const [line = '', ...others] = write(accepted('resize'), toStart(1.5), accepted('resize'), toStart(4));
    expect(others).toEqual([]);
    expect(JSON.parse(line)).toEqual({
      _aws: {
        Timestamp: 1_795_168_800_000,
        CloudWatchMetrics: [
          {
            Namespace: 'Signalbox',
            Dimensions: [['Service'], ['Service', 'Job']],
            Metrics: [
              { Name: 'RunsAccepted', Unit: 'Count' },
              { Name: 'TimeToStart', Unit: 'Seconds' },
            ],
          },
        ],
      },
      Service: 'media',
      Job: 'resize',
      RunsAccepted: [2],
      TimeToStart: [1.5, 4],
    });
  });

  it('is of a stage, where there are several of them, and never of all together', () => {
    const lines: string[] = [];
    const metrics = createMetrics(
      (line) => lines.push(line),
      () => start,
    );
    metrics.measured({ service: 'media', stage: 'prod' }, [
      accepted('resize'),
      { metric: 'RunsFailed', value: 1, job: 'resize', class: 'exit-code' },
      { metric: 'Waiting', value: 3 },
    ]);
    metrics.flush();
    const dimensions = lines.map((line) => JSON.parse(line)._aws.CloudWatchMetrics[0].Dimensions);
    expect(dimensions).toEqual([
      [
        ['Service', 'Stage'],
        ['Service', 'Stage', 'Job'],
      ],
      [
        ['Service', 'Stage'],
        ['Service', 'Stage', 'Job'],
        ['Service', 'Stage', 'Job', 'Class'],
      ],
      [['Service', 'Stage']],
    ]);
    expect(lines.map(readMetrics)[2]).toEqual({ 'media prod Waiting': [3] });
  });

  it('has a line for each job, so that no value is counted for another', () => {
    const lines = write(accepted('resize'), accepted('audit'), accepted('resize'));
    expect(lines.map(readMetrics)).toEqual([
      { 'media RunsAccepted': [2], 'media resize RunsAccepted': [2] },
      { 'media RunsAccepted': [1], 'media audit RunsAccepted': [1] },
    ]);
  });

  it('has a line for each class of failure', () => {
    const fail = (failure: 'exit-code' | 'timed-out'): Measurement => ({
      metric: 'RunsFailed',
      value: 1,
      job: 'resize',
      class: failure,
    });
    expect(write(fail('exit-code'), fail('timed-out'), fail('exit-code')).map(readMetrics)).toEqual([
      { 'media RunsFailed': [2], 'media resize RunsFailed': [2], 'media resize exit-code RunsFailed': [2] },
      { 'media RunsFailed': [1], 'media resize RunsFailed': [1], 'media resize timed-out RunsFailed': [1] },
    ]);
  });

  it('has what is of no job for the service alone', () => {
    const lines = write({ metric: 'Waiting', value: 0 }, { metric: 'OldestWaiting', value: 0 });
    expect(lines.map(readMetrics)).toEqual([{ 'media Waiting': [0], 'media OldestWaiting': [0] }]);
  });

  it('goes on in another line after a hundred values, and counts nothing twice', () => {
    const starts = Array.from({ length: 250 }, (_, second) => [accepted('resize'), toStart(second)]);
    const read = write(...starts.flat()).map(readMetrics);
    expect(read.map((line) => line['media resize RunsAccepted'])).toEqual([[250], undefined, undefined]);
    const seconds = read.map((line) => line['media resize TimeToStart']);
    expect(seconds.map((list) => (Array.isArray(list) ? list.length : 0))).toEqual([100, 100, 50]);
    expect(seconds.flat()).toEqual(starts.map((_, second) => second));
  });

  it('writes nothing when nothing was measured, and nothing again', () => {
    const lines: string[] = [];
    const metrics = createMetrics(
      (line) => lines.push(line),
      () => start,
    );
    metrics.flush();
    expect(lines).toEqual([]);
    metrics.measured({ service: 'media' }, [accepted('resize')]);
    metrics.flush();
    metrics.flush();
    expect(lines).toHaveLength(1);
  });

  it('has lines far below the 256 KB of CloudWatch Logs, with the longest names and most values', () => {
    const job = 'j'.repeat(64);
    const seconds = Array.from({ length: 1000 }, (): Measurement[] => [
      { metric: 'TimeToStart', value: 12_345_678.901, job },
      { metric: 'RunDuration', value: 12_345_678.901, job },
    ]);
    const failures = failureClasses.map((failure): Measurement => {
      return { metric: 'RunsFailed', value: 1, job, class: failure };
    });
    const lines = write(...seconds.flat(), ...failures);
    expect(lines).toHaveLength(10 + failureClasses.length);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(4096);
    expect(lines.map(readMetrics)).toHaveLength(lines.length);
  });
});

describe('a function', () => {
  const written: string[] = [];
  const metricLines = () => written.filter((line) => line.includes('"_aws"'));

  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    written.length = 0;
  });

  function load(handle: (payload: unknown) => Promise<unknown>) {
    vi.stubEnv('SIGNALBOX_JOBS', '/var/task/jobs.json');
    vi.stubEnv('SIGNALBOX_LEDGER', 'file:///mnt/signalbox/ledger.db');
    vi.stubEnv('SIGNALBOX_PAYLOADS', 'file:///mnt/signalbox/payloads');
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    const handler = initialise((_, log) => async (payload) => {
      log.measured({ service: 'media' }, [accepted('resize')]);
      return handle(payload);
    });
    return (payload: unknown) => handler(payload, {} as Context);
  }

  it('writes its metrics at the end of each invocation', async () => {
    const invoke = load(async (payload) => {
      expect(metricLines()).toHaveLength(payload === 'first' ? 0 : 1);
      return payload;
    });
    expect(await invoke('first')).toBe('first');
    expect(await invoke('second')).toBe('second');
    expect(metricLines().map(readMetrics)).toEqual([
      { 'media RunsAccepted': [1], 'media resize RunsAccepted': [1] },
      { 'media RunsAccepted': [1], 'media resize RunsAccepted': [1] },
    ]);
  });

  it('writes them also when its handler throws', async () => {
    const invoke = load(async () => {
      throw new Error('the ledger is away');
    });
    await expect(invoke('first')).rejects.toThrow('the ledger is away');
    expect(metricLines()).toHaveLength(1);
  });
});
