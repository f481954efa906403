/** Resource limits of one server: bytes, streams, requests and times that it allows at once. */
import { limits } from '../../base/index.ts'

/** The limits of a server that sets none. */
export const defaultResourceLimits = {
  jsonBytes: limits.HTTP_JSON_BYTES_MAX,
  streamBytes: limits.HTTP_STREAM_BYTES_MAX,
  streams: limits.HTTP_STREAMS_MAX,
  searches: limits.HTTP_SEARCHES_MAX,
  streamWaitingBytes: limits.HTTP_STREAM_WAITING_BYTES,
  waiting: limits.HTTP_WAITING_MAX,
  waitingRecords: limits.HTTP_WAITING_RECORDS_MAX,
  bodyBytes: limits.HTTP_BODY_BYTES_MAX,
  webhookBytes: limits.HTTP_WEBHOOK_BYTES_MAX,
  bodyBytesPerS: limits.HTTP_BODY_BYTES_PER_S_MIN,
  bodyGraceMs: limits.HTTP_BODY_GRACE_MS,
  bodyLookMs: limits.HTTP_BODY_CHECK_MS,
  eventStreams: limits.SSE_STREAMS_MAX,
  eventBytes: limits.SSE_BUFFER_BYTES,
  heartbeatMs: limits.SSE_HEARTBEAT_MS,
} as const

/** Limits that one server may set for itself. Each has the meaning and unit of the limit that is its default. */
export type ResourceLimits = Readonly<Record<keyof typeof defaultResourceLimits, number>>
