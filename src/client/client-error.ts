/** Errors of requests: the server's error, or the reason why the result is unknown. */
import { SpillwayError, type ErrorCode } from '../base/index.ts'
import type { Sent, KeyFeatures, RejectedFeature } from './answers.ts'

/** The details of an error. */
interface ClientErrorOptions {
  readonly status?: number | undefined
  readonly retryAfterMs?: number | undefined
  readonly mayBePartial?: boolean | undefined
  readonly cause?: unknown
}

/**
 * The error of a call. `code` and `message` are the server's, or `SPILL_UNREACHABLE` if no Spillway server answered.
 *
 * @example
 * ```ts
 * try {
 *   await api.send(payments, events)
 * } catch (error) {
 *   if (error instanceof ClientError) console.error(error.code, error.message, error.from)
 * }
 * ```
 */
export class ClientError extends SpillwayError {
  /** The HTTP status; absent without an answer. */
  readonly status: number | undefined
  /** Delay in milliseconds after which the server wants the request again. */
  readonly retryAfterMs: number | undefined
  /** True if the server says that some records of the request may be durable. */
  readonly mayBePartial: boolean
  /** Of a `send`: the result of the events before `from`. */
  sent: Sent | undefined
  /** Of a `send`: index of the first event that is not acknowledged. Send again from this event on. */
  from: number | undefined

  constructor(code: ErrorCode, message: string, { status, retryAfterMs, mayBePartial = false, ...options }: ClientErrorOptions = {}) {
    super(code, message, options)
    this.mayBePartial = mayBePartial
    this.status = status
    this.retryAfterMs = retryAfterMs
  }

  /** Did the server reject the request before it processed any of it? Then any request may be sent again. */
  get wasTurnedAway(): boolean {
    return this.status === 429 || (this.status === 503 && this.code === 'SPILL_OVERLOAD')
  }

  /** May a later attempt succeed? The server may have processed the request. */
  get isPassing(): boolean {
    if (this.status === undefined) return this.code === 'SPILL_UNREACHABLE'
    return this.wasTurnedAway || [408, 502, 503, 504].includes(this.status)
  }
}

/** The error of an answer that is not OK. */
export async function responseError(response: Response): Promise<ClientError> {
  const { status } = response
  const { code, message, mayBePartial } = fieldsOf(await response.text().catch(() => ''))
  const options = { status, retryAfterMs: retryAfterMs(response.headers.get('retry-after')), mayBePartial }
  // A newer server may have codes that this client does not know.
  if (code?.startsWith('SPILL_')) return new ClientError(code as ErrorCode, message ?? code, options)
  const problem = `not Spillway, but something in front of it answered: HTTP ${status} at ${response.url}`
  return new ClientError('SPILL_UNREACHABLE', message === undefined ? problem : `${problem}: ${message.slice(0, 200)}`, options)
}

interface ErrorFields {
  readonly code?: string | undefined
  readonly message?: string | undefined
  readonly mayBePartial?: boolean
}

function fieldsOf(text: string): ErrorFields {
  try {
    const { code, message, mayBePartial } = Object(JSON.parse(text)) as Partial<Record<keyof ErrorFields, unknown>>
    const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
    return { code: textOf(code), message: textOf(message), mayBePartial: mayBePartial === true }
  } catch {
    return {}
  }
}

/** The header's seconds as milliseconds. A date, which only proxies send, is ignored: the client's own backoff applies. */
function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : undefined
}

/** Returns the answer. Throws the code of the first feature without a value. */
export function requireValues<F>(answer: KeyFeatures<F>): KeyFeatures<F> {
  const [first, ...others] = Object.entries<RejectedFeature | undefined>(answer.rejected ?? {})
  if (!first?.[1]) return answer
  const more = others.length === 0 ? '' : `, and ${others.length} more`
  const [name, { code, why }] = first
  throw new ClientError(
    code,
    `feature '${answer.group}.${name}' is rejected: ${why}${more}; ask with rejected: true for those that have values`,
  )
}
