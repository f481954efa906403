/** What went wrong in a thread, as a message to the one that asked: classes do not go over, codes and messages do. */
import { errorCodes, SpillwayError, type ErrorCode } from './errors.ts'

export interface Failed {
  readonly kind: 'failed'
  readonly code: string | undefined
  readonly message: string
}

export function failed(error: unknown): Failed {
  const { code, message } = error as Error & { code?: string }
  return { kind: 'failed', code, message }
}

/** The error again; one with a code that is not ours, of the system or of another library, is no error of ours either. */
export function errorOf({ code, message }: Failed): Error & { readonly code?: string } {
  if (code === undefined) return new Error(message)
  return Object.hasOwn(errorCodes, code) ? new SpillwayError(code as ErrorCode, message) : Object.assign(new Error(message), { code })
}
