/** Mistakes in a definition: one error each, with the user's file and line, and the fix. */
import { SpillwayError, type ErrorCode } from '../base/errors.ts'
import { durationMs, type Duration } from '../base/time.ts'
import { show } from '../base/show.ts'
import { callerPlace } from './caller.ts'

export function mistake(message: string, place = callerPlace(), code: ErrorCode = 'SPILL_DEFINITION'): never {
  throw new SpillwayError(code, message, { place })
}

export function unsupported(message: string, place = callerPlace()): never {
  return mistake(message, place, 'SPILL_UNSUPPORTED')
}

/** Milliseconds of a duration that a definition states; `what` names it in the message. */
export function durationOf(what: string, text: unknown, options?: { zero?: boolean }): number {
  try {
    return durationMs(text as Duration, options)
  } catch {
    return mistake(`${what}: ${show(text)} is no duration; write '30s', '10m', '1h' or '7d'`)
  }
}

/** Runs a function of the user's. What it throws by itself (a word that does not exist, say) is a mistake at its own line. */
export function userCall<T>(what: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    if (error instanceof SpillwayError) throw error
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    throw new SpillwayError('SPILL_DEFINITION', `${what}: ${message}`, { place: callerPlace(stack), cause: error })
  }
}
