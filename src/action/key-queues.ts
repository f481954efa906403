/**
 * The in-memory queues of one action's effects, by key, and the part of each key that is left to the store.
 *
 * Memory: at most `max` bodies, and at most `maxOfKey` of one key. Effects beyond that are the key's rest, of which only the number before
 * it is kept. A key whose first effect waits for its next attempt holds that effect alone, so as many keys may wait as effects fit.
 *
 * Invariant: effects of a key behind `rest` that are pending and were seen are in the store alone. None of them is held, in flight, or done
 * without being durable.
 */
import { TransientMap } from '../base/index.ts'
import type { NewEffect } from '../log/index.ts'

/** The part of an effect that is kept in memory. */
export type HeldEffect = Pick<NewEffect, 'number' | 'id' | 'key' | 'entry' | 'decidedAt' | 'due' | 'trace'> & {
  /** Absent for a manual retry, whose body is read at its turn, so that a thousand retries need little memory. */
  readonly body: string | undefined
}

/** One queued effect and its attempts. */
export interface HeldDelivery {
  readonly effect: HeldEffect
  attempts: number
  /** Earliest time of the next attempt, UTC ms. */
  next: number
  /** Time since it is deliverable, and begin of its first attempt: ms of the stopwatch. */
  readonly since: number
  began: number | undefined
}

/** Effects of one key: the first is in flight or waits for its next attempt; the others wait behind it. */
export interface KeyQueue {
  readonly key: string
  held: HeldDelivery[]
  /** The first effect waits for its next attempt. */
  isBackingOff: boolean
  /** The store has seen effects of the key with numbers above this that are not held. */
  rest: number | undefined
}

/** Queues by key with bounded memory. */
export class KeyQueues {
  readonly #max: number
  readonly #maxOfKey: number
  readonly #queues = new TransientMap<string, KeyQueue>()
  #bodies = 0
  #byHand = 0

  constructor(max: number, maxOfKey: number) {
    this.#max = max
    this.#maxOfKey = maxOfKey
  }

  /** Held effects. */
  get held(): number {
    return this.#bodies + this.#byHand
  }

  /** Held effects with a body. */
  get bodies(): number {
    return this.#bodies
  }

  /** Room for further bodies. */
  get room(): number {
    return this.#max - this.#bodies
  }

  /** Effects of a rest to read next: at least one, whatever else is held, because it is the turn of this key. */
  get readSize(): number {
    return Math.max(1, Math.min(this.#maxOfKey, this.room))
  }

  /** Queues an effect behind those of its key. Returns the key's queue if it is the first. */
  hold(held: HeldDelivery): KeyQueue | undefined {
    const { key, body } = held.effect
    if (body === undefined) this.#byHand++
    else this.#bodies++
    const queue = this.#queues.get(key)
    if (queue) {
      queue.held.push(held)
      return queue.held.length === 1 ? queue : undefined
    }
    const created: KeyQueue = { key, held: [held], isBackingOff: false, rest: undefined }
    this.#queues.set(key, created)
    return created
  }

  /** Leaves the newest effect to the rest of its key if the key waits, has a rest, or is full. Returns whether it did. */
  leaveToStore({ key, number }: HeldEffect): boolean {
    const queue = this.#queues.get(key)
    if (!queue || (!queue.isBackingOff && queue.rest === undefined && queue.held.length < this.#maxOfKey)) return false
    queue.rest ??= number - 1
    return true
  }

  /** Is a seen effect in the rest of its key? */
  isInRest({ key, number }: HeldEffect): boolean {
    const rest = this.#queues.get(key)?.rest
    return rest !== undefined && number > rest
  }

  /** Releases everything behind a key's first effect to its rest. */
  releaseBehindFirst(queue: KeyQueue): void {
    const [first, ...behind] = queue.held
    const left = behind.find(({ effect }) => effect.body !== undefined)
    if (!left) return
    // Effects of the store are in order, so this is the lowest number. A manual retry with a higher number would be read twice.
    const rest = left.effect.number - 1
    const retained = behind.filter(({ effect }) => effect.body === undefined && effect.number <= rest)
    queue.held = [first, ...retained]
    queue.rest = rest
    const byHand = behind.filter(({ effect }) => effect.body === undefined).length
    this.#byHand -= byHand - retained.length
    this.#bodies -= behind.length - byHand
  }

  /** Drops the first effect of a key. */
  shift(queue: KeyQueue): void {
    if (queue.held.shift()!.effect.body === undefined) this.#byHand--
    else this.#bodies--
  }

  /** Forgets a key without held effects and without a rest. */
  forget({ key }: KeyQueue): void {
    this.#queues.delete(key)
  }
}
