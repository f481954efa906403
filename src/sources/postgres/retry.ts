/** Retries while a database is unreachable or busy, and classifies the errors that mean so. */
import { pause, stopwatch, SpillwayError, limits } from '../../base/index.ts'

/** Errors of the operating system and of the client: nobody answers, or nobody answers any more. */
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

/** SQLSTATEs of a server that is unreachable: connection failure (08…), shutdown or start (57P0x). */
const serverCodes = /^(08...|57P0[1235])$/

/**
 * SQLSTATEs of a temporary rejection: a statement or lock timeout (57014, 55P03), a conflict with another transaction (40001, 40P01), a
 * slot that our broken connection still holds (55006), or a lack of disk, memory, connections or other resources (53…). 53400 is
 * excluded: a configured limit, which stays.
 */
const busyCodes = /^(57014|55006|55P03|40001|40P01|53[0-3]00)$/

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)

export const isConnectionLost = (error: unknown): boolean => connectionCodes.has(codeOf(error)) || serverCodes.test(codeOf(error))

/** The error of a connection that is lost, though the client has not reported it. */
export const connectionLost = (message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, cause === undefined ? {} : { cause }), { code: 'CONNECTION_CLOSED' })

const isBusy = (error: unknown): boolean => busyCodes.test(codeOf(error))

/** Wraps an error of the client or server in one that names the source. Spillway's own errors, and bugs, pass unchanged. */
function sourceError(source: string, error: unknown): unknown {
  if (error instanceof SpillwayError) return error
  const code = codeOf(error)
  const message = (error as Error).message
  if (isConnectionLost(error))
    return new SpillwayError('SPILL_SOURCE', `source '${source}': PostgreSQL cannot be reached: ${message}`, { cause: error })
  // Five characters are a SQLSTATE, and operating system codes begin with an E.
  if (/^[0-9A-Z]{5}$/.test(code) && (error as Error).name === 'PostgresError')
    return new SpillwayError('SPILL_SOURCE', `source '${source}': PostgreSQL rejects: ${message} (${code})`, { cause: error })
  return error
}

export interface RetryOptions {
  readonly source: string
  readonly signal: AbortSignal
  readonly onWarning: (warning: string) => void
}

const FIRST_PAUSE_MS = 100

/**
 * The items of `attempt`, which is tried until it ends. Retries after a lost connection or a temporary rejection, with growing pauses.
 * `attempt` calls `onReached` when the database answers; a database that was never reached is an error. A temporary rejection may recur on
 * each connection, so the pause is reset only after an attempt that lasted longer than the longest pause.
 */
export async function* readWithRetries<T>(
  attempt: (onReached: () => void) => AsyncIterable<T>,
  { source, signal, onWarning }: RetryOptions,
): AsyncGenerator<T> {
  let reachedAt: number | undefined
  let isUnreachable = false
  let pauseMs = FIRST_PAUSE_MS
  const onReached = () => {
    if (isUnreachable) onWarning(`source '${source}': PostgreSQL is reachable again`)
    reachedAt = stopwatch()
    isUnreachable = false
  }
  while (!signal.aborted) {
    try {
      yield* attempt(onReached)
      return
    } catch (error) {
      const isRetryable = isConnectionLost(error) || isBusy(error)
      if (signal.aborted && isRetryable) return
      if (reachedAt === undefined || !isRetryable) throw sourceError(source, error)
      if (!isUnreachable && (isConnectionLost(error) || stopwatch() - reachedAt > limits.POSTGRES_RETRY_MS_MAX)) pauseMs = FIRST_PAUSE_MS
      if (!isUnreachable) onWarning(`source '${source}': PostgreSQL is unreachable; retrying: ${(error as Error).message}`)
      isUnreachable = true
    }
    await pause(pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, limits.POSTGRES_RETRY_MS_MAX)
  }
}

/** Passes each warning on once: a table gives the same warnings on each connection. */
export function warnOnce(warn: (warning: string) => void): (warning: string) => void {
  const seen = new Set<string>()
  return warning => {
    if (seen.has(warning)) return
    seen.add(warning)
    warn(warning)
  }
}
