/** Deadlines of promises. */

/** Starts a timer: `callAfter`, or one that a test sets off. */
export type StartTimer = (ms: number, callback: () => void) => { stop(): void }

/** Unlike that of `callAfter`, this timer keeps the process alive until it is stopped. */
const startTimer: StartTimer = (ms, callback) => {
  const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1))
  return { stop: () => clearTimeout(timer) }
}

const EXPIRED = Symbol('expired')

/**
 * The result of `promise` if it settles within `ms` milliseconds, otherwise that of `onExpiry`, which may throw. The promise is not
 * cancelled; if it rejects later, nothing happens. Cost: two promises and a timer.
 */
export async function withDeadline<T, E>(
  promise: Promise<T>,
  ms: number,
  onExpiry: () => E,
  start: StartTimer = startTimer,
): Promise<T | E> {
  const { promise: expired, resolve } = Promise.withResolvers<typeof EXPIRED>()
  const timer = start(ms, () => resolve(EXPIRED))
  try {
    const result = await Promise.race([promise, expired])
    return result === EXPIRED ? onExpiry() : result
  } finally {
    timer.stop()
  }
}
