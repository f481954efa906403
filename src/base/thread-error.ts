/** The error of a thread, as a message to the thread that asked: classes do not go over; code, message and place do. */
import { errorCodes, SpillwayError, type ErrorCode } from './errors.ts'

export interface Failed {
  readonly kind: 'failed'
  readonly code: string | undefined
  readonly message: string
  /** Of a `SpillwayError`; its message begins with it. */
  readonly place?: string
}

export function failed(error: unknown): Failed {
  const { code, message } = error as Error & { code?: string }
  const place = error instanceof SpillwayError ? error.place : undefined
  return { kind: 'failed', code, message, ...(place !== undefined && { place }) }
}

/** The error again; one with a code that is not ours, of the system or of another library, is no error of ours either. */
export function errorOf({ code, message, place }: Failed): Error & { readonly code?: string } {
  if (code === undefined) return new Error(message)
  if (!Object.hasOwn(errorCodes, code)) return Object.assign(new Error(message), { code })
  return place === undefined
    ? new SpillwayError(code as ErrorCode, message)
    : new SpillwayError(code as ErrorCode, message.slice(place.length + 1), { place })
}
