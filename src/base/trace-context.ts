/**
 * Trace context of W3C (Trace Context Level 2): the headers `traceparent` and `tracestate`, by which spans of several processes belong to
 * one trace. It is a measurement: no decision depends on it.
 */
import type { Random } from './random.ts'

/** The position of a request in a trace. */
export interface TraceContext {
  /** `00-TRACE_ID-SPAN_ID-FLAGS`, all in lower-case hex. The span is the parent of the receiver's spans. */
  readonly traceparent: string
  /** Entries of tracing systems, `vendor=value,…`; absent without any. */
  readonly tracestate?: string
}

const PARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/
/** Flags that are known: sampled, and random trace id. Others are sent as 0. */
const KNOWN_FLAGS = 3
const SAMPLED = 1

const STATE_MEMBERS_MAX = 32
/** Characters of `tracestate` that are sent on; longer members are left out first, then the last. */
const STATE_CHARS_MAX = 512
const LONG_MEMBER_CHARS = 128
const STATE_MEMBER = /^(?:[a-z][\d_a-z\-*/]{0,255}|[\da-z][\d_a-z\-*/]{0,240}@[a-z][\d_a-z\-*/]{0,13})=[ -+\--<>-~]{0,255}[!-+\--<>-~]$/

/**
 * The context of a request by its headers; `undefined` for a malformed `traceparent`, which is ignored as if absent. A malformed
 * `tracestate` is left out. Of a later version the known part is read.
 *
 * @example
 * ```ts
 * parseTraceContext('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
 * ```
 */
export function parseTraceContext(traceparent: unknown, tracestate?: unknown): TraceContext | undefined {
  if (typeof traceparent !== 'string') return undefined
  const match = PARENT.exec(traceparent)
  if (!match) return undefined
  const [, version, traceId, spanId, flags, rest] = match
  if (version === '00' && rest !== undefined) return undefined
  const known = (parseInt(flags, 16) & KNOWN_FLAGS).toString(16).padStart(2, '0')
  const state = typeof tracestate === 'string' ? checkedState(tracestate) : undefined
  return { traceparent: `00-${traceId}-${spanId}-${known}`, ...(state !== undefined && { tracestate: state }) }
}

/** The list as it is sent on; `undefined` if it is empty or malformed. */
function checkedState(text: string): string | undefined {
  const members = text
    .split(',')
    .map(member => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter(member => member !== '')
  const keys = new Set(members.map(member => member.slice(0, member.indexOf('='))))
  if (members.length === 0 || members.length > STATE_MEMBERS_MAX || keys.size < members.length) return undefined
  if (!members.every(member => STATE_MEMBER.test(member))) return undefined
  const length = (list: readonly string[]): number => list.join(',').length
  let shortened = members
  if (length(shortened) > STATE_CHARS_MAX) shortened = members.filter(member => member.length <= LONG_MEMBER_CHARS)
  while (length(shortened) > STATE_CHARS_MAX) shortened = shortened.slice(0, -1)
  return shortened.length === 0 ? undefined : shortened.join(',')
}

/** The trace's id: 32 hex digits. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35)

/** The span's id: 16 hex digits. */
export const spanIdOf = (traceparent: string): string => traceparent.slice(36, 52)

/** The flags as a number. */
export const traceFlagsOf = (traceparent: string): number => parseInt(traceparent.slice(53, 55), 16)

/** True if the sender may have recorded the trace. */
export const isSampled = (traceparent: string): boolean => (traceFlagsOf(traceparent) & SAMPLED) === SAMPLED

/** The same trace with another span as the parent. */
const withSpanId = ({ traceparent, ...state }: TraceContext, spanId: string): TraceContext => ({
  traceparent: `${traceparent.slice(0, 36)}${spanId}${traceparent.slice(52)}`,
  ...state,
})

/** The same trace with a new span as the parent. */
export function withNewSpan(context: TraceContext, random: Random): TraceContext {
  const half = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  const spanId = half() + half()
  return withSpanId(context, /^0+$/.test(spanId) ? '0000000000000001' : spanId)
}

/** The context as one text, for storage. */
export const traceContextText = ({ traceparent, tracestate }: TraceContext): string =>
  tracestate === undefined ? traceparent : `${traceparent} ${tracestate}`

/** The context of `traceContextText`. */
export function traceContextOf(text: string): TraceContext {
  const at = text.indexOf(' ')
  return at < 0 ? { traceparent: text } : { traceparent: text.slice(0, at), tracestate: text.slice(at + 1) }
}
