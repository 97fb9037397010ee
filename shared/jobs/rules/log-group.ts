import { findLogMismatch, parseLogFilter } from '../log-filter/log-filter.ts';
import { isReference, toWritten } from '../reference.ts';
import { compileEach, elsewhere, findArnMismatch, takesAll, takesSome } from './verdict.ts';

/**
 * Lines of log groups. Those that came through a subscription filter which is named after a rule start that rule's
 * job: CloudWatch Logs did the matching. Others are matched here, line by line.
 */
export const compileLogGroupRules = compileEach<'cloudwatch-log'>(({ rule: { id, properties } }, ruleIds) => {
  const logGroupArn = properties.logGroupArn.replace(/:\*$/, '');
  const filter = properties.filter === undefined ? undefined : parseLogFilter(properties.filter);
  return (delivery) => {
    const { addressed, records, sourceArn } = delivery;
    if (addressed.source !== 'cloudwatch-log') return elsewhere(() => 'these are no log lines');
    const stranger = findArnMismatch('log group', withRegionOf(logGroupArn, sourceArn), logGroupArn);
    if (stranger !== undefined) return elsewhere(stranger);
    const named = addressed.subscriptionFilters.filter((name) => ruleIds.has(name));
    if (named.includes(id)) return takesAll(delivery, () => 'they came through the filter of this rule');
    if (named.length > 0) return elsewhere(() => `they came through the filter of ${named.join(', ')}`);
    return takesSome(
      delivery,
      () => `the log group is ${toWritten(logGroupArn)}`,
      (position) => {
        const record = records[position];
        const text = record !== undefined && 'events' in record ? record.text : undefined;
        const mismatch = filter && findLogMismatch(filter, text ?? '');
        return mismatch === undefined ? undefined : () => mismatch;
      },
    );
  };
});

/** Lines don't say where they come from; outside AWS the region is unknown, and any will do. */
function withRegionOf(known: string, arn: string): string {
  if (isReference(known)) return arn;
  return arn.replace(/^arn:aws:logs:local:/, known.split(':').slice(0, 4).join(':').concat(':'));
}
