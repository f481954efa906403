/** Job claims and the count of unused results, in shared memory. */

/** One word per job: 1 once claimed, 2 once done. The last word counts results that were made by threads and not used yet. */
export interface JobClaims {
  readonly words: Int32Array
  /** The maximum number of unused results. */
  readonly maxUnused: number
}

export const createClaims = (jobs: number, most: number): JobClaims => ({
  words: new Int32Array(new SharedArrayBuffer(4 * (jobs + 1))),
  maxUnused: most,
})

/** Claims a job; false if it is claimed already. */
export const tryClaim = ({ words }: JobClaims, job: number): boolean => Atomics.compareExchange(words, job, 0, 1) === 0

/** Marks a job as sent or failed. */
export const markDone = ({ words }: JobClaims, job: number): void => void Atomics.store(words, job, 2)

export const isDone = ({ words }: JobClaims, job: number): boolean => Atomics.load(words, job) === 2

/** Waits for room for one more result, and reserves it. */
export function reserveResult({ words, maxUnused: most }: JobClaims): void {
  const last = words.length - 1
  for (;;) {
    const unread = Atomics.load(words, last)
    if (unread >= most) Atomics.wait(words, last, unread)
    else if (Atomics.compareExchange(words, last, unread, unread + 1) === unread) return
  }
}

/** Releases a reservation: the result was used, or never made. */
export function releaseResult({ words }: JobClaims): void {
  const last = words.length - 1
  Atomics.sub(words, last, 1)
  Atomics.notify(words, last)
}
