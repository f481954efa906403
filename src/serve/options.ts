/** What a server is made of. */
import { limits } from '../base/limits.ts'
import type { PipelineIR } from '../define/ir.ts'
import type { ServedRun } from './served.ts'

/** Bounds that one server may have otherwise than all; as the limits of their names. */
export interface Bounds {
  readonly jsonBytes: number
  readonly streamBytes: number
  readonly streams: number
  readonly streamWaitingBytes: number
  readonly waiting: number
  readonly bodyBytes: number
}

export const defaultBounds: Bounds = {
  jsonBytes: limits.HTTP_JSON_BYTES_MAX,
  streamBytes: limits.HTTP_STREAM_BYTES_MAX,
  streams: limits.HTTP_STREAMS_MAX,
  streamWaitingBytes: limits.HTTP_STREAM_WAITING_BYTES,
  waiting: limits.HTTP_WAITING_MAX,
  bodyBytes: limits.HTTP_BODY_BYTES_MAX,
}

export interface ServeOptions {
  readonly run: ServedRun
  readonly pipeline: { readonly ir: PipelineIR }
  /** The run's data folder: what it has recorded is read from there. */
  readonly data: string
  readonly bounds?: Partial<Bounds>
  /** Told of what went wrong inside, of which the client learns no more than that. */
  readonly onError?: (error: unknown) => void
}
