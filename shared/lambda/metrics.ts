import { type Measurement, type Metric, units } from './measurement.ts';

/** The service of jobs.yml, and which of its stages, if the function knows. */
export type Measured = { readonly service: string; readonly stage?: string };

export type Metrics = {
  /** Keeps them until the next flush. Never throws. */
  measured(of: Measured, measurements: readonly Measurement[]): void;
  /** Writes what was measured since the last flush. */
  flush(): void;
};

/**
 * Metrics for CloudWatch in its embedded metric format, which Lambda needs only to be written: lines of JSON, one for
 * each job, and for each class of its failures, at a flush. No run, event or payload is named in them.
 *
 * Dimensions: [Service, Stage], [Service, Stage, Job], and of failures [Service, Stage, Job, Class]: a metric for each is
 * all that is paid for. Without a stage, the same without Stage.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createMetrics(write: (line: string) => void, now: () => number): Metrics {
  const groups = new Map<string, Group>();
  return {
    measured({ service, stage }, measurements) {
      for (const { metric, value, job, class: failure } of measurements) {
        const dimensions = {
          Service: service,
          ...(stage !== undefined && { Stage: stage }),
          ...(job !== undefined && { Job: job }),
          ...(failure !== undefined && { Class: failure }),
        };
        const key = JSON.stringify(dimensions);
        const group = groups.get(key) ?? { dimensions, values: new Map() };
        groups.set(key, group);
        add(group.values, metric, value);
      }
    },

    flush() {
      const lines = [...groups.values()].flatMap((group) => toLines(group, now()));
      groups.clear();
      for (const line of lines) write(line);
    },
  };
}

type Group = {
  /** From the widest to the narrowest. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: Map<Metric, number[]>;
};

/** CloudWatch takes no more in a list. A line of two such lists has 10 KB at most, of the 256 KB that it may have. */
const mostValues = 100;

function add(all: Group['values'], metric: Metric, value: number): void {
  const values = all.get(metric) ?? [];
  all.set(metric, values);
  if (units[metric] === 'Count') values[0] = (values[0] ?? 0) + value;
  else values.push(value);
}

/** Several, when one of the lists is too long for one. */
function toLines({ dimensions, values }: Group, timestamp: number): readonly string[] {
  const names = Object.keys(dimensions);
  // Stages of a service have nothing to do with each other: nothing is added up over them.
  const widest = 'Stage' in dimensions ? 2 : 1;
  const longest = Math.max(...[...values.values()].map(({ length }) => length));
  return Array.from({ length: Math.ceil(longest / mostValues) }, (_, page) => {
    const from = page * mostValues;
    const part = [...values].filter(([, list]) => list.length > from);
    const directive = {
      Namespace: 'Signalbox',
      Dimensions: names.slice(widest - 1).map((_name, index) => names.slice(0, index + widest)),
      Metrics: part.map(([metric]) => ({ Name: metric, Unit: units[metric] })),
    };
    return JSON.stringify({
      _aws: { Timestamp: timestamp, CloudWatchMetrics: [directive] },
      ...dimensions,
      ...Object.fromEntries(part.map(([metric, list]) => [metric, list.slice(from, from + mostValues)])),
    });
  });
}
