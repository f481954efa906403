/** Job claims and the count of unused results, in shared memory. */

/** One word per job: 1 once claimed, 2 once done. The last word counts results that were made by threads and not used yet. */
export interface Claims {
  readonly words: Int32Array
  /** The maximum number of unused results. */
  readonly most: number
}

export const claimsOf = (jobs: number, most: number): Claims => ({
  words: new Int32Array(new SharedArrayBuffer(4 * (jobs + 1))),
  most,
})

/** Claims a job; false if it is claimed already. */
export const isClaimed = ({ words }: Claims, job: number): boolean => Atomics.compareExchange(words, job, 0, 1) === 0

/** Marks a job as sent or failed. */
export const done = ({ words }: Claims, job: number): void => void Atomics.store(words, job, 2)

export const isDone = ({ words }: Claims, job: number): boolean => Atomics.load(words, job) === 2

/** Waits for room for one more result, and reserves it. */
export function room({ words, most }: Claims): void {
  const last = words.length - 1
  for (;;) {
    const waiting = Atomics.load(words, last)
    if (waiting >= most) Atomics.wait(words, last, waiting)
    else if (Atomics.compareExchange(words, last, waiting, waiting + 1) === waiting) return
  }
}

/** Releases a reservation: the result was used, or never made. */
export function leave({ words }: Claims): void {
  const last = words.length - 1
  Atomics.sub(words, last, 1)
  Atomics.notify(words, last)
}
