/** A clock, in integer UTC milliseconds. Everything that needs the wall clock takes a clock, so that a test can hold it still. */
export type Clock = () => number

/** The machine's wall clock. */
export const wallClock: Clock = () => Date.now()

/** Monotonic milliseconds, for measuring durations. */
export const stopwatch: Clock = () => performance.now()

/** Resolves after `ms` milliseconds, or when the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  if (!signal) return promise
  const stop = () => {
    clearTimeout(timer)
    resolve()
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  return promise.finally(() => signal.removeEventListener('abort', stop))
}

/** Blocks the thread for `ms` milliseconds: for threads without other work, and for disks that a test slows down. */
export function pauseBlocking(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Calls `callback` every `ms` milliseconds until stopped. It does not keep the process alive. */
export function callEvery(ms: number, callback: () => void): { stop(): void } {
  const timer = setInterval(callback, ms)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** `act` with its errors passed to `onError`, for a timer: nobody could catch them there. */
export const passingErrors = (act: () => void, onError: (error: unknown) => void) => (): void => {
  try {
    act()
  } catch (error) {
    onError(error)
  }
}

/** Calls `callback` once after `ms` milliseconds, unless stopped. It does not keep the process alive. */
export function callAfter(ms: number, callback: () => void): { stop(): void } {
  const timer = setTimeout(callback, Math.min(ms, 2 ** 31 - 1))
  timer.unref()
  return { stop: () => clearTimeout(timer) }
}

/** Resolves after the work that waits in the event loop now. */
export const yieldToEventLoop = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Calls `callback` after the work that waits in the event loop now. */
export function callSoon(callback: () => void): void {
  setImmediate(callback)
}

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
