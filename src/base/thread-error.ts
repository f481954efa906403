/** Errors as messages between threads: classes do not survive the transfer; code, message and place do. */
import { errorCodes, SpillwayError, type ErrorCode } from './errors.ts'

/** Message of a thread that failed. */
export interface FailureMessage {
  readonly kind: 'failed'
  readonly code: string | undefined
  readonly message: string
  /** Place of a `SpillwayError`; its message begins with the place. */
  readonly place?: string
}

/** Message of an error. */
export function failureMessage(error: unknown): FailureMessage {
  const { code, message } = error as Error & { code?: string }
  const place = error instanceof SpillwayError ? error.place : undefined
  return { kind: 'failed', code, message, ...(place !== undefined && { place }) }
}

/** Error of a message. An error with a foreign code, of the system or of a library, becomes a plain `Error` with that code. */
export function errorFromMessage({ code, message, place }: FailureMessage): Error & { readonly code?: string } {
  if (code === undefined) return new Error(message)
  if (!Object.hasOwn(errorCodes, code)) return Object.assign(new Error(message), { code })
  return place === undefined
    ? new SpillwayError(code as ErrorCode, message)
    : new SpillwayError(code as ErrorCode, message.slice(place.length + 1), { place })
}
