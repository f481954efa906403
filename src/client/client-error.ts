/** What went wrong with a request: what the server said of it, or why nothing is known of it. */
import { SpillwayError, type ErrorCode } from '../base/errors.ts'
import type { Sent } from './answers.ts'

export interface ClientErrorOptions {
  readonly status?: number | undefined
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** `code` and `message` are the server's own, or `SPILL_UNREACHABLE` where no Spillway server answered. */
export class ClientError extends SpillwayError {
  /** The HTTP status; absent where nothing answered. */
  readonly status: number | undefined
  /** When the server asked for the request again, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** Of a `send` of many events: what became of those in front of `from`. */
  sent: Sent | undefined
  /** Of a `send` of many events: the first that is not acknowledged. It, and those behind it, are to be sent again. */
  from: number | undefined

  constructor(code: ErrorCode, message: string, { status, retryAfterMs, ...options }: ClientErrorOptions = {}) {
    super(code, message, options)
    this.status = status
    this.retryAfterMs = retryAfterMs
  }

  /** Nothing of the request was taken, so that whatever it was may be sent again: the server turned it away at the door. */
  get wasTurnedAway(): boolean {
    return this.status === 429 || (this.status === 503 && this.code === 'SPILL_OVERLOAD')
  }

  /** It may go better next time, though nobody knows whether the request was taken. */
  get isPassing(): boolean {
    if (this.status === undefined) return this.code === 'SPILL_UNREACHABLE'
    return this.wasTurnedAway || [408, 502, 503, 504].includes(this.status)
  }
}

/** The error that an answer is. */
export async function errorOf(response: Response): Promise<ClientError> {
  const { status } = response
  const options = { status, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) }
  const { code, message } = fieldsOf(await response.text().catch(() => ''))
  // A later server may have codes that this client does not know.
  if (code?.startsWith('SPILL_')) return new ClientError(code as ErrorCode, message ?? code, options)
  const what = `not Spillway, but something in front of it answered: HTTP ${status} at ${response.url}`
  return new ClientError('SPILL_UNREACHABLE', message === undefined ? what : `${what}: ${message.slice(0, 200)}`, options)
}

function fieldsOf(text: string): { readonly code?: string | undefined; readonly message?: string | undefined } {
  try {
    const { code, message } = Object(JSON.parse(text)) as { code?: unknown; message?: unknown }
    return { code: typeof code === 'string' ? code : undefined, message: typeof message === 'string' ? message : undefined }
  } catch {
    return {}
  }
}

/** Seconds; a date, which only proxies write, is left to the client's own waiting. */
function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : undefined
}
