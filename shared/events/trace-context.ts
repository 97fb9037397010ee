/**
 * W3C trace context: which trace something belongs to, and what tracing systems have to say of it.
 * https://www.w3.org/TR/trace-context/
 */
export type TraceContext = { readonly traceparent: string; readonly tracestate?: string };
