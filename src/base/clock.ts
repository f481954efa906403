/** What time it is, in integer UTC milliseconds. Everything that needs the wall clock takes one, so that a test can hold it still. */
export type Clock = () => number

export const wallClock: Clock = () => Date.now()

/** Milliseconds for measuring spans; never goes back. */
export const stopwatch: Clock = () => performance.now()

/** Resolves after `ms` milliseconds. */
export const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
