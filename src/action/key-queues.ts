/**
 * The effects of one action that are held in memory, by key, and what of each key is left to the store.
 *
 * No more than `max` bodies are held, and no more than `maxOfKey` of one key: what comes behind those is the key's rest, of which nothing is kept but behind which
 * number it begins. A key whose first waits for its time holds that one alone, so that as many keys may wait as effects fit. Of a key everything behind `rest` that
 * is pending and was seen is in the store alone: none of it is held, under way, or done without its being durable yet.
 */
import type { NewEffect } from '../log/effects.ts'

export type HeldEffect = Pick<NewEffect, 'number' | 'id' | 'key' | 'entry' | 'made' | 'due'> & {
  /** Not of one that is tried again by hand: it is read when it has its turn, so that a thousand of them are no memory to speak of. */
  readonly body: string | undefined
}

export interface Held {
  readonly effect: HeldEffect
  attempts: number
  /** Not before, UTC ms. */
  next: number
  /** Since when it could be tried, and when its first try began: ms by the stopwatch. */
  readonly since: number
  began: number | undefined
}

/** Effects of one key: the first is tried, or waits for its time; the others wait for it. */
export interface KeyQueue {
  readonly key: string
  held: Held[]
  /** The first waits for its time. */
  isAsleep: boolean
  /** The key has effects in the store with higher numbers than this that were seen and are not held. */
  rest: number | undefined
}

export class KeyQueues {
  readonly #max: number
  readonly #maxOfKey: number
  readonly #queues = new Map<string, KeyQueue>()
  #bodies = 0
  #byHand = 0

  constructor(max: number, maxOfKey: number) {
    this.#max = max
    this.#maxOfKey = maxOfKey
  }

  /** Effects that are held. */
  get held(): number {
    return this.#bodies + this.#byHand
  }

  /** Those of them with their bodies. */
  get bodies(): number {
    return this.#bodies
  }

  /** Effects that may be held beside those that are. */
  get room(): number {
    return this.#max - this.#bodies
  }

  /** How many of a key's rest are held next: one at least, whatever else is held, for it is the key's turn. */
  get wanted(): number {
    return Math.max(1, Math.min(this.#maxOfKey, this.room))
  }

  /** Holds an effect behind those of its key. Returns the key's queue if it is the first. */
  hold(held: Held): KeyQueue | undefined {
    const { key, body } = held.effect
    if (body === undefined) this.#byHand++
    else this.#bodies++
    const queue = this.#queues.get(key)
    if (queue) {
      queue.held.push(held)
      return queue.held.length === 1 ? queue : undefined
    }
    const made: KeyQueue = { key, held: [held], isAsleep: false, rest: undefined }
    this.#queues.set(key, made)
    return made
  }

  /** Leaves an effect that comes behind all that were seen to the rest of its key, if that waits, or has a rest, or as many as it may hold. */
  leaves({ key, number }: HeldEffect): boolean {
    const queue = this.#queues.get(key)
    if (!queue || (!queue.isAsleep && queue.rest === undefined && queue.held.length < this.#maxOfKey)) return false
    queue.rest ??= number - 1
    return true
  }

  /** Is it among the rest of its key? Of effects that were seen. */
  isInRest({ key, number }: HeldEffect): boolean {
    const rest = this.#queues.get(key)?.rest
    return rest !== undefined && number > rest
  }

  /** Leaves what is behind a key's first to its rest. */
  leaveBehindFirst(queue: KeyQueue): void {
    const [first, ...behind] = queue.held
    const left = behind.find(({ effect }) => effect.body !== undefined)
    if (!left) return
    // Those of the store are in order, so that this is the lowest. One that is tried again by hand and has a higher number would be read once more.
    const rest = left.effect.number - 1
    const kept = behind.filter(({ effect }) => effect.body === undefined && effect.number <= rest)
    queue.held = [first, ...kept]
    queue.rest = rest
    const byHand = behind.filter(({ effect }) => effect.body === undefined).length
    this.#byHand -= byHand - kept.length
    this.#bodies -= behind.length - byHand
  }

  /** Lets go of a key's first. */
  shift(queue: KeyQueue): void {
    if (queue.held.shift()!.effect.body === undefined) this.#byHand--
    else this.#bodies--
  }

  /** Forgets a key of which nothing is held and nothing left to the store. */
  forget({ key }: KeyQueue): void {
    this.#queues.delete(key)
  }
}
