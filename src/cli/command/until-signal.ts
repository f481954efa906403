/** The end of a command that runs until it is stopped. */

/** Resolves at the first SIGINT or SIGTERM. A second signal ends the process. */
export function untilSignal(): { promise: Promise<void>; signal: AbortSignal; readonly forget: () => void } {
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const promise = new Promise<void>(resolve => stopped.signal.addEventListener('abort', () => resolve(), { once: true }))
  const forget = () => void process.off('SIGINT', stop).off('SIGTERM', stop)
  return { promise, signal: stopped.signal, forget }
}
