import type { TraceContext } from '../../events/trace-context.ts';

/** What a sender wrote under W3C's two names. A broken tracestate is left out, a broken traceparent leaves nothing. */
export function parseTraceContext(traceparent: unknown, tracestate: unknown): TraceContext | undefined {
  const parent = parseTraceparent(traceparent);
  if (parent === undefined) return undefined;
  const state = parseTracestate(tracestate);
  return { traceparent: parent, ...(state !== undefined && { tracestate: state }) };
}

/**
 * A W3C traceparent of exactly four fields; `undefined` for anything else, as a broken one is to be ignored.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceparent(value: unknown): string | undefined {
  return typeof value === 'string' && traceparentPattern.test(value) ? value : undefined;
}

/**
 * A W3C tracestate of up to 32 members and 512 characters, without the spaces and empty members that it may have;
 * `undefined` for anything else, as it's left out as a whole then.
 * https://www.w3.org/TR/trace-context-2/#tracestate-header
 */
export function parseTracestate(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maximumHeaderLength) return undefined;
  const members = value
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf('='))));
  const text = members.join(',');
  const isGood =
    members.length > 0 &&
    keys.size === members.length &&
    members.length <= maximumMembers &&
    text.length <= maximumTracestateLength &&
    members.every((member) => memberPattern.test(member));
  return isGood ? text : undefined;
}

/**
 * The same trace, from an X-Ray tracing header such as
 * `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`. `undefined` when it names no parent,
 * or can't be read. Whether it's sampled counts as no when it is not decided yet.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function fromXRay(xRayHeader: unknown): TraceContext | undefined {
  if (typeof xRayHeader !== 'string') return undefined;
  const fields = new Map<string, string>();
  for (const field of xRayHeader.slice(0, maximumHeaderLength).split(';')) {
    const at = field.indexOf('=');
    fields.set(field.slice(0, at).trim(), field.slice(at + 1).trim());
  }
  const [, time, unique] = rootPattern.exec(fields.get('Root') ?? '') ?? [];
  const flags = fields.get('Sampled') === '1' ? '01' : '00';
  return parseTraceContext(`00-${time}${unique}-${fields.get('Parent')}-${flags}`, undefined);
}

const traceparentPattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Its time in seconds, and what makes it unique. */
const rootPattern = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/;

/** A key, perhaps of a tenant `@` a system, and printable characters. */
const memberPattern =
  /^[a-z0-9](?:[a-z0-9_*/-]{0,255}|[a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x21-\x2b\x2d-\x3c\x3e-\x7e\x20]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

const maximumMembers = 32;
/** All who carry it on have to take so many; more would only be in the way of the event. */
const maximumTracestateLength = 512;

/** X-Ray's own are much shorter. */
const maximumHeaderLength = 1024;
