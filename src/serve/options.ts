/** What a server is made of. */
import type { Registry } from 'prom-client'
import { limits } from '../base/limits.ts'
import type { PipelineIR } from '../define/ir.ts'
import type { Feed } from './feed.ts'
import type { RateLimit } from './rate.ts'
import type { ServedRun } from './served.ts'
import type { Tokens } from './tokens.ts'

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

export interface ServeOptions {
  readonly run: ServedRun
  readonly pipeline: { readonly ir: PipelineIR }
  /** The run's data folder: what it has recorded is read from there. */
  readonly data: string
  /** Says when the run has made decisions durable; without it there is no stream of them. */
  readonly feed?: Feed
  /** Who may; without them everyone may do everything, which is for a machine of one's own. */
  readonly tokens?: Tokens
  /** Names by which the server is called, and this machine's own; all unless given. */
  readonly hosts?: readonly string[]
  /** How often each client may come; as often as it likes unless given. */
  readonly rate?: RateLimit
  /** Adds what else is to be told at `/metrics`. */
  readonly addMetrics?: (registry: Registry) => void
  readonly bounds?: Partial<Bounds>
  /** Told of what went wrong inside, of which the client learns no more than that. */
  readonly onError?: (error: unknown) => void
}
