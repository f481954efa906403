/** What time it is, in integer UTC milliseconds. Everything that needs the wall clock takes one, so that a test can hold it still. */
export type Clock = () => number

export const wallClock: Clock = () => Date.now()

/** Milliseconds for measuring spans; never goes back. */
export const stopwatch: Clock = () => performance.now()

/** Resolves after `ms` milliseconds, or once the signal is aborted. */
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

/** Holds the thread up for `ms` milliseconds: for threads that do nothing else, and for disks made slow on purpose. */
export function pauseBlocking(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Calls `act` every `ms` milliseconds until stopped. Does not keep the process alive. */
export function every(ms: number, act: () => void): { stop(): void } {
  const timer = setInterval(act, ms)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** Calls `act` once, after `ms` milliseconds, unless stopped. Does not keep the process alive. */
export function after(ms: number, act: () => void): { stop(): void } {
  const timer = setTimeout(act, Math.min(ms, 2 ** 31 - 1))
  timer.unref()
  return { stop: () => clearTimeout(timer) }
}

/** Resolves once whatever waits now was done. */
export const othersTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Calls `act` once whatever waits now was done. */
export function soon(act: () => void): void {
  setImmediate(act)
}
