import { isObject } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import { explain } from './explain.ts';
import { matchesGroup } from './match-group.ts';
import type { Mismatch, Pattern } from './pattern.ts';

/**
 * `undefined` when the event matches the pattern; else what toSentence needs to say why not.
 *
 * A list in the event has a field when one of its items has it, and fields of objects in a list have to match in the
 * same object, as in https://github.com/aws/event-ruler#json-array-matching. A name with a dot is one name here, and a
 * field that is asked for both as a value and as an object is looked at for each on its own.
 * Numbers are compared as numbers, text character by character.
 *
 * For SNS, `event` has the attributes by name: text, a number or a list. Time grows with the product of the sizes.
 */
export function findMismatch(pattern: Pattern, event: Json): Mismatch | undefined {
  return matchesPattern(pattern, event) ? undefined : { pattern, event };
}

/** The first field that is wrong: `detail.status is "RUNNING", expected "STOPPED" or "FAILED"` */
export function toSentence({ pattern, event }: Mismatch): string {
  if (!isObject(event)) return 'the event is no object';
  return lacksAttributes(pattern, event) ? 'the message has no attributes' : explain(pattern, event);
}

function matchesPattern(pattern: Pattern, event: Json): boolean {
  if (!isObject(event) || lacksAttributes(pattern, event)) return false;
  return pattern.alternatives.some(({ root }) => matchesGroup(root, event, 0));
}

/**
 * "An empty set of attributes results in the filter not matching", exists: false or not.
 * https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
 */
function lacksAttributes({ dialect }: Pattern, event: object): boolean {
  return dialect === 'sns' && Object.keys(event).length === 0;
}
