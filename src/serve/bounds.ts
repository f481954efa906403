/** How much at once: one server may have less than all. */
import { limits } from '../base/limits.ts'

/** Bounds that one server may have otherwise than all; as the limits of their names. */
export interface Bounds {
  readonly jsonBytes: number
  readonly streamBytes: number
  readonly streams: number
  readonly streamWaitingBytes: number
  readonly waiting: number
  readonly bodyBytes: number
  readonly eventStreams: number
  readonly eventBytes: number
  readonly heartbeatMs: number
}

export const defaultBounds: Bounds = {
  jsonBytes: limits.HTTP_JSON_BYTES_MAX,
  streamBytes: limits.HTTP_STREAM_BYTES_MAX,
  streams: limits.HTTP_STREAMS_MAX,
  streamWaitingBytes: limits.HTTP_STREAM_WAITING_BYTES,
  waiting: limits.HTTP_WAITING_MAX,
  bodyBytes: limits.HTTP_BODY_BYTES_MAX,
  eventStreams: limits.SSE_STREAMS_MAX,
  eventBytes: limits.SSE_BUFFER_BYTES,
  heartbeatMs: limits.SSE_HEARTBEAT_MS,
}
