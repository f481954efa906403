/** Trace contexts of W3C as OpenTelemetry's parents of spans, and back. */
import { spanIdOf, type TraceContext, traceFlagsOf, traceIdOf } from '../base/index.ts'
import type { SpanContext, Span } from './api.ts'

/** A span of another process as a parent. It records nothing; a sampler reads its flags. */
export function remoteSpan<S extends Span>({ traceparent, tracestate }: TraceContext): S {
  const context = {
    traceId: traceIdOf(traceparent),
    spanId: spanIdOf(traceparent),
    traceFlags: traceFlagsOf(traceparent),
    isRemote: true,
    ...(tracestate !== undefined && { traceState: stateOf(tracestate) }),
  }
  const span: Span = {
    spanContext: () => context,
    setAttributes: () => span,
    isRecording: () => false,
    setStatus: () => span,
    end: () => {},
  }
  // The API reads no other member of a parent.
  return span as S
}

/** The entries of tracing systems by the interface of the API, which leaves them unchanged. */
function stateOf(text: string) {
  const members = new Map(text.split(',').map(member => [member.slice(0, member.indexOf('=')), member.slice(member.indexOf('=') + 1)]))
  const state = { get: (key: string) => members.get(key), set: () => state, unset: () => state, serialize: () => text }
  return state
}

/**
 * The context that a receiver of a span's effect gets; `undefined` if the tracer made no span of its own in that trace, as without an SDK.
 */
export function contextOfSpan(
  { traceId, spanId, traceFlags }: SpanContext,
  { traceparent, tracestate }: TraceContext,
): TraceContext | undefined {
  if (traceId !== traceIdOf(traceparent) || spanId === spanIdOf(traceparent)) return undefined
  const flags = traceFlags.toString(16).padStart(2, '0')
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, ...(tracestate !== undefined && { tracestate }) }
}
