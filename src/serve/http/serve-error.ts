/**
 * Error answers of the HTTP server: a status, and a body `{ code, message }`. Of internal errors a client learns the code alone.
 */
import type { FastifyReply } from 'fastify'
import { SpillwayError, errorCodes, type ErrorCode, limits } from '../../base/index.ts'

/** The HTTP status of each error code: 4xx for client errors, 503 for passing conditions, 500 for internal errors. Complete by type. */
export const httpStatuses: Readonly<Record<ErrorCode, number>> = {
  SPILL_INPUT: 400,
  SPILL_KEY: 400,
  SPILL_FILE: 400,
  SPILL_FORMAT: 400,
  SPILL_TRUNCATED: 400,
  SPILL_HISTORY: 400,
  SPILL_PACKAGE: 400,
  SPILL_UNSUPPORTED: 400,
  SPILL_TOKEN: 401,
  SPILL_SIGNATURE: 401,
  SPILL_ROLE: 403,
  SPILL_NOT_FOUND: 404,
  SPILL_CLOCK_EVICTED: 409,
  SPILL_CONFLICT: 409,
  SPILL_PRECONDITION: 409,
  SPILL_EXISTS: 409,
  SPILL_CANCELLED: 409,
  SPILL_TRAINING: 409,
  SPILL_REJECTED: 422,
  SPILL_RANGE: 422,
  SPILL_OVERLOAD: 429,
  SPILL_LIMIT: 503,
  SPILL_STORE: 503,
  SPILL_CLOCK: 503,
  SPILL_BACKUP: 503,
  SPILL_BUSY: 503,
  SPILL_FENCED: 503,
  SPILL_STOPPED: 503,
  SPILL_THREAD: 500,
  SPILL_NODE_TOO_OLD: 500,
  SPILL_DEFINITION: 500,
  SPILL_SOURCE: 500,
  SPILL_CONTRACT: 500,
  SPILL_SCHEMA: 500,
  SPILL_DATA: 500,
  SPILL_STATE: 500,
  SPILL_IMPORT: 500,
  SPILL_ADDRESS: 500,
  SPILL_LISTEN: 500,
  SPILL_UNREACHABLE: 500,
  SPILL_GAP: 500,
  SPILL_ASSERT: 500,
}

/** The parts of an error answer beside its code and message. */
export interface ServeErrorOptions {
  /** Overrides the status of the code. */
  readonly status?: number
  /** Seconds, sent as `Retry-After`. */
  readonly retryAfter?: number
  /** Further fields of the body. */
  readonly more?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** The end of the message, about this request alone. */
  readonly advice?: string
  /** The internal error behind it, for the log of the server alone. */
  readonly cause?: unknown
}

/** Of an error after which some of the request's records may be durable: a client must not send events without ids again. */
export const partialFields: Readonly<Record<string, unknown>> = { mayBePartial: true }

/** An error for the client: its message is sent whatever the status. */
export class ServeError extends SpillwayError {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly more: Readonly<Record<string, unknown>>
  /** The message without its advice. */
  readonly problem: string

  constructor(
    code: ErrorCode,
    problem: string,
    { status, retryAfter, more = {}, headers = {}, advice = '', cause }: ServeErrorOptions = {},
  ) {
    super(code, `${problem}${advice}`, { cause })
    this.problem = problem
    this.status = status ?? httpStatuses[code]
    this.headers = { ...headers, ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }) }
    this.more = more
  }

  /** May some of the request's records be durable? */
  get mayBePartial(): boolean {
    return this.more['mayBePartial'] === true
  }
}

/** The advice of a request that is rejected unprocessed. */
export const UNPROCESSED = '; the request was not processed, send it again'

/** The error of a request that is rejected unprocessed: `limit` is reached. */
export const overloadError = (why: string, limit: string): ServeError =>
  new ServeError('SPILL_OVERLOAD', `${why} (${limit})`, {
    advice: UNPROCESSED,
    retryAfter: limits.HTTP_RETRY_AFTER_S,
  })

/** An error as a client gets it. */
export interface ErrorResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>> & { readonly code: ErrorCode; readonly message: string }
}

/** Converts any thrown value to the answer that a client gets. */
export function errorResponse(error: unknown): ErrorResponse {
  if (error instanceof ServeError) {
    const { status, headers, code, message, more } = error
    return { status, headers, body: { code, message, ...more } }
  }
  const code = codeOf(error)
  if (code === undefined)
    return fastifyError(error) ?? plainResponse(500, 'SPILL_ASSERT', 'internal error; the log of the server has the details')
  const status = httpStatuses[code]
  // Messages of internal errors may hold paths and figures of this machine.
  return plainResponse(status, code, status >= 500 ? errorCodes[code] : (error as Error).message)
}

/** Answers with an error. The rest of the request's body is discarded as it comes, so that the client reads the answer. */
export function replyWithError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, body } = errorResponse(error)
  reply.request.raw.resume()
  return reply.code(status).headers(headers).type('application/json').send(JSON.stringify(body))
}

const plainResponse = (status: number, code: ErrorCode, message: string): ErrorResponse => ({
  status,
  headers: {},
  body: { code, message },
})

/** The code of an error, by shape and not by class: the pipeline may have loaded a second copy of Spillway. */
function codeOf(error: unknown): ErrorCode | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : undefined
}

const codesByStatus: Readonly<Record<number, ErrorCode>> = { 401: 'SPILL_TOKEN', 403: 'SPILL_ROLE', 415: 'SPILL_FORMAT' }

/** A rejection by Fastify or a hook of the embedding server before the route ran: its message is for clients. */
function fastifyError(error: unknown): ErrorResponse | undefined {
  const { statusCode, message } = error as { statusCode?: number; message?: string }
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined
  return plainResponse(statusCode, codesByStatus[statusCode] ?? 'SPILL_INPUT', String(message))
}
