/** Waiting that a signal ends, whatever is waited for: what the user gave may know nothing of signals, and never settle. */

/** Settles as the promise does, or rejects with the signal's reason once that is aborted. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason)
    // Whichever comes second is nobody's.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
