import { findMismatch, toSentence } from '../pattern/match-pattern.ts';
import { parsePattern } from '../pattern/parse-pattern.ts';
import { compileEach, elsewhere, findArnMismatch, takesAll } from './verdict.ts';

/**
 * Events of buses. One that came through a rule of ours starts that rule's job: EventBridge did the matching. One that
 * came otherwise, or through a rule that jobs.yml had before, is matched here.
 */
export const compileBusRules = compileEach<'event-bus'>(({ rule: { id, properties } }, ruleIds) => {
  const { eventBusArn: arn, eventBusName, useDefaultBus, eventPattern } = properties;
  const name = eventBusName ?? (useDefaultBus ? 'default' : undefined);
  const pattern = parsePattern(eventPattern, 'events');
  return (delivery) => {
    const { addressed } = delivery;
    if (addressed.source !== 'event-bus') return elsewhere(() => 'it is no event of a bus');
    const { rule, event } = addressed;
    if (rule === id) return takesAll(delivery, () => 'it came through this rule');
    if (rule !== undefined && ruleIds.has(rule)) return elsewhere(() => `it came through the rule ${rule}`);
    // An event doesn't say which bus it was on; only our marker does.
    const isMarked = rule !== undefined;
    const stranger = isMarked ? findArnMismatch('bus', delivery.sourceArn, arn, name) : undefined;
    if (stranger !== undefined) return elsewhere(stranger);
    const mismatch = findMismatch(pattern, event);
    return mismatch === undefined
      ? takesAll(delivery, () => 'it matches the pattern')
      : elsewhere(() => toSentence(mismatch));
  };
});
