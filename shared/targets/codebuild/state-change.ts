import { isObject } from '../../events/json.ts';
import type { EpochMs } from '../../runs/run.ts';
import { parseToken } from '../../runs/run.ts';
import type { StateChange } from '../target.ts';
import { parseBuildArn } from './build-arn.ts';
import { type BuildState, type Context, isPlain, type Phase } from './build-state.ts';
import { toFinding } from './finding.ts';
import { eventVariable, tokenVariable } from './start-request.ts';

type Fields = { readonly [key: string]: unknown };

/**
 * What an event "CodeBuild Build State Change" says; undefined for any other. No value of `build-status` is left out:
 * AWS lists four of them and may send more.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html
 */
export function parseStateChange(event: unknown, now: EpochMs): StateChange | undefined {
  if (!isObject(event) || event['source'] !== 'aws.codebuild') return undefined;
  if (event['detail-type'] !== 'CodeBuild Build State Change') return undefined;
  const build = toBuildState(event);
  const named = parseBuildArn(build?.arn);
  if (build === undefined || named === undefined) return undefined;
  const externalId = build.arn;
  const finding = toFinding(build, now);
  const token = build.variables.get(tokenVariable);
  if (token !== undefined && parseToken(token) !== undefined) {
    return { kind: 'report', report: { token, externalId, ...finding } };
  }
  const text = build.variables.get(eventVariable);
  const given = text === undefined ? {} : { event: text };
  return { kind: 'by-hand', resource: named.project, externalId, finding, ...given };
}

function toBuildState(event: Fields): BuildState | undefined {
  const detail = event['detail'];
  if (!isObject(detail)) return undefined;
  const { 'build-id': arn, 'build-status': status } = detail;
  if (typeof arn !== 'string') return undefined;
  const more = toObject(detail['additional-information']);
  const phases = toObjects(more['phases']).map(toPhase);
  const { 'group-name': logGroup, 'stream-name': logStream } = toObject(more['logs']);
  const startedAt = parseTime(more['build-start-time']);
  const endedAt = toEndedAt(phases, status, event['time']);
  return {
    arn,
    status: typeof status === 'string' ? status : '',
    isComplete: more['build-complete'] === true,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    phases,
    variables: toVariables(toObject(more['environment'])['environment-variables']),
    ...(typeof logGroup === 'string' ? { logGroup } : {}),
    ...(typeof logStream === 'string' ? { logStream } : {}),
  };
}

function toPhase(phase: Fields): Phase {
  const { 'phase-type': type, 'phase-status': status, 'phase-context': context } = phase;
  const startedAt = parseTime(phase['start-time']);
  const endedAt = parseTime(phase['end-time']);
  return {
    type: typeof type === 'string' ? type : '',
    ...(typeof status === 'string' ? { status } : {}),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    contexts: Array.isArray(context) ? context.flatMap(toContext) : [],
  };
}

/** `<code>: <message>`; of a phase that went well just `: `. */
function toContext(text: unknown): Context[] {
  if (typeof text !== 'string') return [];
  const [, code = '', message = text] = /^([A-Z0-9_]*): ?(.*)$/s.exec(text) ?? [];
  return [{ code, message: message.trim() }];
}

/** Events give whole seconds: a stop that was asked for in the build's last second came before the end of that second. */
function toEndedAt(phases: readonly Phase[], status: unknown, time: unknown): EpochMs | undefined {
  const completed = phases.find(({ type }) => type === 'COMPLETED')?.startedAt;
  const endedAt = completed ?? parseTime(time);
  return endedAt !== undefined && status === 'STOPPED' ? endedAt + 999 : endedAt;
}

function toVariables(list: unknown): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const { name, value, type } of toObjects(list)) {
    if (typeof name === 'string' && typeof value === 'string' && isPlain(type)) variables.set(name, value);
  }
  return variables;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Java's way to write a time; newer ones put a narrow no-break space before AM and PM, which \s covers. */
const written = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d{2}):(\d{2})\s([AP])M$/;
const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** "Sep 1, 2017 4:12:29 PM", which names no zone and means UTC; or ISO 8601 in UTC. */
export function parseTime(text: unknown): EpochMs | undefined {
  if (typeof text !== 'string') return undefined;
  const [, month = '', day, year, hour, minute, second, half] = written.exec(text) ?? [];
  const at = months.includes(month)
    ? Date.UTC(
        Number(year),
        months.indexOf(month),
        Number(day),
        (Number(hour) % 12) + (half === 'P' ? 12 : 0),
        Number(minute),
        Number(second),
      )
    : isoTime.test(text)
      ? Date.parse(text)
      : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function toObject(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function toObjects(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
