/** What a server holds at a moment, bounded: whoever comes when it is full is turned away at once, rather than let in to wait. */
import { limits } from '../base/limits.ts'
import type { Bounds } from './bounds.ts'
import { ServeError } from './serve-error.ts'
import type { ServedRun } from './served.ts'

export class Load {
  readonly bounds: Bounds
  readonly #run: ServedRun
  #requests = 0
  #streams = 0
  #bytes = 0

  constructor(run: ServedRun, bounds: Bounds) {
    this.#run = run
    this.bounds = bounds
  }

  get requests(): number {
    return this.#requests
  }

  get streams(): number {
    return this.#streams
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Does something that waits for a commit. Throws `SPILL_OVERLOAD` if too much does already. What answers before the commit goes on waiting for what it says; `until` is told of that too. */
  async waiting<T>(act: (hold: Until) => Promise<T>, until: Until = () => {}): Promise<T> {
    if (this.#requests >= this.bounds.waiting) throw tooMuch(`${this.#requests} requests wait for their commit (HTTP_WAITING_MAX)`)
    this.#checkRun()
    this.#requests++
    const holding = (hold: Until) =>
      act(settled => {
        hold(settled)
        until(settled)
      })
    return heldUntil(holding, () => this.#requests--)
  }

  /** Takes a stream of records. Throws `SPILL_OVERLOAD` if too many are being taken. */
  async streaming<T>(act: () => Promise<T>): Promise<T> {
    if (this.#streams >= this.bounds.streams) throw tooMuch(`${this.#streams} NDJSON streams are being taken (HTTP_STREAMS_MAX)`)
    this.#checkRun()
    this.#streams++
    try {
      return await act()
    } finally {
      this.#streams--
    }
  }

  /** Counts bytes that are held from now on. Throws `SPILL_OVERLOAD` for more than all bodies may have. */
  hold(bytes: number): void {
    if (this.#bytes + bytes > this.bounds.bodyBytes) throw tooMuch(`${this.#bytes} bytes of bodies are held (HTTP_BODY_BYTES_MAX)`)
    this.#bytes += bytes
  }

  letGo(bytes: number): void {
    this.#bytes -= bytes
  }

  #checkRun(): void {
    const { waiting, isHeldBack } = this.#run
    if (waiting >= limits.WAITING_RECORDS_MAX) throw tooMuch(`${waiting} records wait for their turn (WAITING_RECORDS_MAX)`)
    if (isHeldBack) throw tooMuch('as many ids are within `dedupe` of a source as can be remembered (DEDUPE_IDS_MAX)')
  }
}

/** That something is held until this has been fulfilled or rejected, though what holds it has ended. */
export type Until = (settled: Promise<unknown>) => void

/** Does something, and lets go when it has ended and all that it said to wait for. */
export async function heldUntil<T>(act: (until: Until) => Promise<T>, letGo: () => void): Promise<T> {
  const others: Promise<unknown>[] = []
  try {
    return await act(settled => others.push(settled))
  } finally {
    if (others.length === 0) letGo()
    else void Promise.allSettled(others).then(letGo)
  }
}

const tooMuch = (why: string): ServeError =>
  new ServeError('SPILL_OVERLOAD', `${why}; nothing of this request was taken, send it again`, { retryAfter: limits.HTTP_RETRY_AFTER_S })
