import { z } from 'zod';

const unit = z.enum(['Count', 'Seconds', 'Milliseconds', 'Bytes', 'Percent', 'None']);

const values = z.union([z.number(), z.array(z.number()).min(1).max(100)]);

/**
 * A document of CloudWatch's embedded metric format, to the last key: nothing else is to be in our lines.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const embeddedMetricFormat = z
  .object({
    _aws: z.strictObject({
      Timestamp: z.int().min(0),
      CloudWatchMetrics: z
        .array(
          z.strictObject({
            Namespace: z.string().min(1).max(1024),
            Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
            Metrics: z
              .array(z.strictObject({ Name: z.string().min(1).max(1024), Unit: unit }))
              .min(1)
              .max(100),
          }),
        )
        .min(1),
    }),
  })
  .catchall(z.unknown())
  .superRefine(({ _aws, ...members }, context) => {
    const dimensions = new Set(_aws.CloudWatchMetrics.flatMap(({ Dimensions }) => Dimensions.flat()));
    const metrics = new Set(_aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name)));
    const isGood = (name: string, value: unknown) =>
      dimensions.has(name) ? isDimension(value) : metrics.has(name) && values.safeParse(value).success;
    for (const name of new Set([...dimensions, ...metrics, ...Object.keys(members)])) {
      if (!isGood(name, members[name])) {
        context.addIssue({ code: 'custom', message: `${name} is ${JSON.stringify(members[name])}` });
      }
    }
  });

/** ASCII; https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html */
function isDimension(value: unknown): boolean {
  return typeof value === 'string' && /^[\x21-\x7e]{1,1024}$/.test(value);
}

/** What CloudWatch makes of a line: each value for each set of dimensions, as `media word-index RunsFailed`. */
export function readMetrics(line: string): Readonly<Record<string, unknown>> {
  const { _aws, ...members } = embeddedMetricFormat.parse(JSON.parse(line));
  return Object.fromEntries(
    _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
      if (Namespace !== 'Signalbox') throw new Error(`the namespace is ${Namespace}`);
      return Dimensions.flatMap((set) =>
        Metrics.map(({ Name }) => [[...set.map((each) => members[each]), Name].join(' '), members[Name]]),
      );
    }),
  );
}
