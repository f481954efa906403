/** A database that is away for a time: which errors say so, and trying again until it is back. */
import { pause, stopwatch } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'

/** Of the operating system and of the client: nobody answers, or nobody does any more. */
const connectionCodes = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
])

/** Of the server (SQLSTATE): a connection failed (08…), it shuts down or starts (57P0x), has no room (53300), or still serves a connection of ours that broke (55006). */
const serverCodes = /^(08...|57P0[1235]|53300|55006)$/

/**
 * Of the server: it refuses for now. A statement or a lock took longer than the role may (57014, 55P03), another transaction was in the way (40001,
 * 40P01), or it has no room on its disk, in memory or of any kind (53…, but for 53400: a limit of its settings, which stays).
 */
const busyCodes = /^(57014|55P03|40001|40P01|53[0-3]00)$/

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)

export const isLost = (error: unknown): boolean => connectionCodes.has(codeOf(error)) || serverCodes.test(codeOf(error))

const isBusy = (error: unknown): boolean => busyCodes.test(codeOf(error))

/** What the client or server threw, as an error that names the source. Ours, and bugs, are themselves. */
export function sourceError(source: string, error: unknown): unknown {
  if (error instanceof SpillwayError) return error
  const code = codeOf(error)
  const message = (error as Error).message
  if (isLost(error))
    return new SpillwayError('SPILL_SOURCE', `source '${source}': PostgreSQL cannot be reached: ${message}`, { cause: error })
  // Five characters are a SQLSTATE, and the operating system's begin with an E.
  if (/^[0-9A-Z]{5}$/.test(code) && (error as Error).name === 'PostgresError')
    return new SpillwayError('SPILL_SOURCE', `source '${source}': PostgreSQL refuses: ${message} (${code})`, { cause: error })
  return error
}

export interface Trying {
  readonly source: string
  readonly signal: AbortSignal
  readonly onWarning: (warning: string) => void
}

const FIRST_PAUSE_MS = 100

/**
 * Calls `attempt` until it ends by itself; after each loss of the connection, or refusal for now, again, a little later each time. `reached` is to be
 * called when the database answers. One that was never reached is an error. What is refused for now may be refused again each time that the database
 * is reached, so the pauses grow until an attempt went on for longer than the longest of them.
 */
export async function untilReached(attempt: (reached: () => void) => Promise<void>, { source, signal, onWarning }: Trying): Promise<void> {
  let since: number | undefined
  let isAway = false
  let wait = FIRST_PAUSE_MS
  const reached = () => {
    if (isAway) onWarning(`source '${source}': PostgreSQL is back`)
    since = stopwatch()
    isAway = false
  }
  while (!signal.aborted) {
    try {
      return await attempt(reached)
    } catch (error) {
      const again = isLost(error) || isBusy(error)
      if (signal.aborted && again) return
      if (since === undefined || !again) throw sourceError(source, error)
      if (!isAway && (isLost(error) || stopwatch() - since > limits.POSTGRES_RETRY_MS_MAX)) wait = FIRST_PAUSE_MS
      if (!isAway) onWarning(`source '${source}': PostgreSQL is away, and is tried again: ${(error as Error).message}`)
      isAway = true
    }
    await pauseUnless(signal, wait)
    wait = Math.min(wait * 2, limits.POSTGRES_RETRY_MS_MAX)
  }
}

const STEP_MS = 50

/** Waits, less long if the signal comes. */
export async function pauseUnless(signal: AbortSignal, ms: number): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= STEP_MS) await pause(Math.min(left, STEP_MS))
}

/** Says each warning once: those of a table are the same each time that it is reached. */
export function once(say: (warning: string) => void): (warning: string) => void {
  const said = new Set<string>()
  return warning => {
    if (said.has(warning)) return
    said.add(warning)
    say(warning)
  }
}
