import { createLambdaLog, type LambdaLog } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';

/** What a function writes: lines for people, and lines that CloudWatch makes metrics of. */
export type Telemetry = LambdaLog & Metrics;

export function createTelemetry(write: (line: string) => void, now: () => number): Telemetry {
  return { ...createLambdaLog(write), ...createMetrics(write, now) };
}
