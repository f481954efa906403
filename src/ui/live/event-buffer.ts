/** Events of a stream between two renderings of the page, and the newest ones that a list shows. Both are bounded, whatever the rate. */

/** Newest events that are kept for a list. */
export const TAIL_MAX = 200
/** Newest notes about deleted events that are kept. */
const GAPS_MAX = 10

export interface EventTail<T> {
  /** The newest first. */
  readonly events: readonly T[]
  /** All events since the tail was opened, shown or not. */
  readonly total: number
  /** Events that were deleted before they could be sent. */
  readonly gaps: readonly string[]
  readonly isConnected: boolean
}

interface BufferedEvents<T> {
  /** The newest last. */
  readonly events: readonly T[]
  readonly total: number
  readonly gaps: readonly string[]
}

/** The tail with more events and gaps. */
export const withEvents = <T>(tail: EventTail<T>, { events, total, gaps }: BufferedEvents<T>): EventTail<T> => ({
  ...tail,
  events: [...events.toReversed(), ...tail.events].slice(0, TAIL_MAX),
  total: tail.total + total,
  gaps: [...new Set([...tail.gaps, ...gaps])].slice(-GAPS_MAX),
})

/** Collects the newest events, as their JSON texts. A browser delays the timers of a hidden tab, and the stream goes on meanwhile. */
export class EventBuffer<T> {
  #texts: string[] = []
  #gaps: string[] = []
  #total = 0

  /** Adds an event. One that `matches` rejects is counted, and displaces no other. */
  add(text: string, matches?: (event: T) => boolean): void {
    this.#total++
    if (matches && !matches(JSON.parse(text) as T)) return
    this.#texts.push(text)
    if (this.#texts.length >= 2 * TAIL_MAX) this.#texts = this.#texts.slice(-TAIL_MAX)
  }

  addGap(why: string): void {
    this.#gaps = [...this.#gaps, why].slice(-GAPS_MAX)
  }

  /** Takes out the newest events and the count of all; `undefined` if nothing came. */
  flush(): BufferedEvents<T> | undefined {
    if (this.#total === 0 && this.#gaps.length === 0) return undefined
    const flushed = { events: this.#texts.slice(-TAIL_MAX).map(text => JSON.parse(text) as T), total: this.#total, gaps: this.#gaps }
    this.#texts = []
    this.#gaps = []
    this.#total = 0
    return flushed
  }
}
