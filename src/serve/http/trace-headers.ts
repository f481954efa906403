/** The trace context of a request, from its W3C headers, and of its response. */
import type { IncomingMessage } from 'node:http'
import { parseTraceContext, type Random, random, type TraceContext, wallClock, withNewSpan } from '../../base/index.ts'

let spanIds: Random | undefined

/** The context of a request; `undefined` without a valid `traceparent`. */
export const traceOf = ({ headers }: Pick<IncomingMessage, 'headers'>): TraceContext | undefined =>
  headers['traceparent'] === undefined ? undefined : parseTraceContext(headers['traceparent'], headers['tracestate'])

/** The value of the response header `traceresponse`: the trace of the request with a span of its answer. */
export const traceResponse = (trace: TraceContext): string => withNewSpan(trace, (spanIds ??= random(wallClock()))).traceparent
