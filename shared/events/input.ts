import { parseJson } from './json.ts';
import type { Json } from './trigger-event.ts';

/** What a rule makes of the event before its job sees it; at most one of the three. */
export type InputRule = {
  readonly input?: Json;
  readonly inputPath?: string;
  readonly inputTransformer?: InputTransformer;
};

export type InputTransformer = {
  readonly inputPathsMap?: { readonly [name: string]: string };
  /** Text, or the JSON that the text would be. */
  readonly inputTemplate: Json;
};

/** An input path or template that this router, or EventBridge, doesn't take. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/**
 * The event as EventBridge would hand it on. A path that leads nowhere gives null. Throws InputError for a
 * rule that parseInputPath or checkInputTransformer would refuse.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function applyInput(rule: InputRule, event: Json): Json {
  if (rule.input !== undefined) return rule.input;
  if (rule.inputPath !== undefined) return follow(parseInputPath(rule.inputPath), event) ?? null;
  if (rule.inputTransformer !== undefined) return transform(rule.inputTransformer, event);
  return event;
}

/**
 * `$.detail.items[0]['a b']` as `['detail', 'items', 0, 'a b']`: what EventBridge knows of JSONPath, but for
 * wildcards. Throws InputError.
 */
export function parseInputPath(text: string): readonly (string | number)[] {
  const problem = (expected: string) =>
    new InputError(`input path ${JSON.stringify(text)}: expected ${expected}`);
  if (!text.startsWith('$')) throw problem('it to start with $');
  if (text.length > 256)
    throw new InputError(`input path of ${text.length} characters, expected at most 256`);
  const steps: (string | number)[] = [];
  const step = /\.([^.[\]*'"\s]+)|\['([^'\]]+)'\]|\["([^"\]]+)"\]|\[(\d{1,9})\]/y;
  step.lastIndex = 1;
  while (step.lastIndex < text.length) {
    const at = step.lastIndex;
    const found = step.exec(text);
    if (found === null) throw problem(`.name, ['name'] or [0] at character ${at + 1}`);
    const [, dotted, single, double, index] = found;
    steps.push(index === undefined ? (dotted ?? single ?? double ?? '') : Number(index));
  }
  return steps;
}

/** Throws InputError for a path that can't be read and a placeholder that nothing fills. */
export function checkInputTransformer({ inputPathsMap = {}, inputTemplate }: InputTransformer): void {
  for (const [name, path] of Object.entries(inputPathsMap)) {
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name) || /^aws/i.test(name)) {
      throw new InputError(
        `inputPathsMap has ${JSON.stringify(name)}, expected names of A-Z, a-z, 0-9, _ and -, not starting with aws`,
      );
    }
    parseInputPath(path);
  }
  for (const [, name = ''] of toText(inputTemplate).matchAll(placeholders)) {
    if (Object.hasOwn(inputPathsMap, name) || reserved.has(name)) continue;
    throw new InputError(
      `inputTemplate has <${name}>, expected a name of inputPathsMap or one of ${[...reserved.keys()].join(', ')}`,
    );
  }
}

/** The rule's own ARN and name are not among them: the router doesn't know the rule that EventBridge has. */
const reserved: ReadonlyMap<string, (event: Json) => Json | undefined> = new Map([
  ['aws.events.event.json', (event: Json) => event],
  ['aws.events.event', withoutDetail],
  ['aws.events.event.ingestion-time', (event: Json) => follow(['time'], event)],
]);

const placeholders = /<([A-Za-z0-9_.-]{1,256})>/g;

/**
 * Inside quotes a placeholder gives text, escaped so that the result stays JSON (EventBridge leaves it as it
 * is, and breaks); outside, JSON. What the event doesn't have is empty text or null.
 */
function transform(transformer: InputTransformer, event: Json): Json {
  checkInputTransformer(transformer);
  const { inputPathsMap = {}, inputTemplate } = transformer;
  let isQuoted = false;
  const filled = toText(inputTemplate).replaceAll(
    /<([A-Za-z0-9_.-]{1,256})>|\\.|"/g,
    (found, name: string | undefined) => {
      if (found === '"') isQuoted = !isQuoted;
      if (name === undefined) return found;
      const path = Object.hasOwn(inputPathsMap, name) ? inputPathsMap[name] : undefined;
      const value = path === undefined ? reserved.get(name)?.(event) : follow(parseInputPath(path), event);
      if (!isQuoted) return JSON.stringify(value ?? null);
      const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
      return JSON.stringify(text).slice(1, -1);
    },
  );
  return parseJson(filled) ?? filled;
}

function toText(template: Json): string {
  return typeof template === 'string' ? template : JSON.stringify(template);
}

function follow(steps: readonly (string | number)[], event: Json): Json | undefined {
  let found: Json | undefined = event;
  for (const step of steps) {
    if (isList(found)) found = typeof step === 'number' ? found[step] : undefined;
    else if (typeof found === 'object' && found !== null && Object.hasOwn(found, step)) found = found[step];
    else return undefined;
  }
  return found;
}

function withoutDetail(event: Json): Json {
  if (typeof event !== 'object' || event === null || isList(event)) return event;
  const { detail: _, ...rest } = event;
  return rest;
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
