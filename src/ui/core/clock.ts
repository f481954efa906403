/** The browser's clock and timers, in one place, as `base/clock.ts` is for Node: its timers have `unref`, which a browser lacks. */

/** UTC ms. */
export const browserNow = (): number => Date.now()

/** Calls `callback` every `ms` milliseconds, until the returned function is called. */
export function repeatEvery(ms: number, callback: () => void): () => void {
  const timer = setInterval(callback, ms)
  return () => clearInterval(timer)
}

/** Calls `callback` once after `ms` milliseconds, unless the returned function is called. */
export function runAfter(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
