/** Who makes what, and how much waits to be used: words of memory that all threads see. */

/** By job 1 once somebody has taken it, 2 once it is made; the last word is how many were made by threads and not used yet. */
export interface Claims {
  readonly words: Int32Array
  /** Jobs that wait at most. */
  readonly most: number
}

export const claimsOf = (jobs: number, most: number): Claims => ({
  words: new Int32Array(new SharedArrayBuffer(4 * (jobs + 1))),
  most,
})

/** Takes a job, unless somebody has. */
export const isClaimed = ({ words }: Claims, job: number): boolean => Atomics.compareExchange(words, job, 0, 1) === 0

/** It was sent, or has failed. */
export const done = ({ words }: Claims, job: number): void => void Atomics.store(words, job, 2)

export const isDone = ({ words }: Claims, job: number): boolean => Atomics.load(words, job) === 2

/** Waits until there is room for one more, and takes it. */
export function room({ words, most }: Claims): void {
  const last = words.length - 1
  for (;;) {
    const waiting = Atomics.load(words, last)
    if (waiting >= most) Atomics.wait(words, last, waiting)
    else if (Atomics.compareExchange(words, last, waiting, waiting + 1) === waiting) return
  }
}

/** One was used, or was not made after all. */
export function leave({ words }: Claims): void {
  const last = words.length - 1
  Atomics.sub(words, last, 1)
  Atomics.notify(words, last)
}
