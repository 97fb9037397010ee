/**
 * A W3C traceparent of exactly four fields; `undefined` for anything else, as a broken one is to be ignored.
 * https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function parseTraceparent(value: unknown): string | undefined {
  return typeof value === 'string' && traceparentPattern.test(value) ? value : undefined;
}

/**
 * The same trace, from an X-Ray tracing header such as
 * `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`. `undefined` when it names no parent,
 * or can't be read. Whether it's sampled counts as no when it is not decided yet.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function toTraceparent(xRayHeader: unknown): string | undefined {
  if (typeof xRayHeader !== 'string') return undefined;
  const fields = new Map<string, string>();
  for (const field of xRayHeader.slice(0, maximumHeaderLength).split(';')) {
    const at = field.indexOf('=');
    fields.set(field.slice(0, at).trim(), field.slice(at + 1).trim());
  }
  const [, time, unique] = rootPattern.exec(fields.get('Root') ?? '') ?? [];
  const flags = fields.get('Sampled') === '1' ? '01' : '00';
  return parseTraceparent(`00-${time}${unique}-${fields.get('Parent')}-${flags}`);
}

const traceparentPattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Its time in seconds, and what makes it unique. */
const rootPattern = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/;

/** X-Ray's own are much shorter. */
const maximumHeaderLength = 1024;
