/**
 * The deliveries of one action: effects of one key one after the other, in order of decision; of different keys beside each other, as many as the
 * destination takes.
 *
 * An effect that fails waits and holds up its own key alone: what comes behind it of that key is left to the store, and the lane goes on past it. Memory is bounded:
 * of a key some are held, of all keys together some thousands, and the others are read from the store, a thousand at a time, when there is room. Only where as many
 * keys wait as effects are held, further ones wait in the store until one of those is delivered or dead.
 */
import { channels } from '../base/channels.ts'
import { soon, stopwatch, type Clock } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import type { EffectChange, NewEffect, StoredEffect, StoredEffects } from '../log/effects.ts'
import { backoffMs, defaultAttempts } from './backoff.ts'
import type { Destination, Outcome } from './destination.ts'
import { effectMessage, type EffectTried } from './effect-message.ts'
import { KeyQueues, type Held, type HeldEffect, type KeyQueue } from './key-queues.ts'

export interface LaneOptions {
  /** Whose effects they are, for who is told of tries. */
  readonly run: object
  readonly action: string
  readonly destination: Destination
  /** Tries before an effect is dead. */
  readonly attempts?: number | undefined
  readonly effects: StoredEffects
  readonly clock: Clock
  readonly random: Random
  /** Calls `act` once, after `ms` milliseconds, unless stopped. */
  readonly after: (ms: number, act: () => void) => { stop(): void }
  /** Is an effect being changed by hand? It may be pending in the store before `again` is told of it. */
  readonly isByHand: (number: number) => boolean
  /** Told of what has become of an effect, once for each try. */
  readonly onChange: (change: EffectChange) => void
  /** Effects that may be held in memory, and of one key. */
  readonly heldMax?: number | undefined
  readonly heldOfKeyMax?: number | undefined
}

export class Lane {
  readonly #options: LaneOptions
  readonly #queues: KeyQueues
  /** Keys whose first's time has come. */
  #ready: KeyQueue[] = []
  readonly #asleep = new Map<KeyQueue, { stop(): void }>()
  #underWay = 0
  /** Effects up to this number are held, done, or left to the rest of their key. */
  #seen = 0
  /** The store has effects behind those that were seen. */
  #hasMore = true
  /** The store is read on as soon as others had their turn. */
  #isReading = false
  #isStopped = false
  #settled = Promise.withResolvers<void>()

  constructor(options: LaneOptions) {
    const { heldMax = limits.EFFECTS_HELD_MAX, heldOfKeyMax = limits.EFFECTS_HELD_OF_KEY_MAX } = options
    this.#options = options
    this.#queues = new KeyQueues(heldMax, heldOfKeyMax)
  }

  /** Deliveries are under way, or could be. */
  get isBusy(): boolean {
    return this.#underWay > 0 || this.#ready.length > 0 || this.#isReading
  }

  /** Effects that are held in memory: under way, or waiting. */
  get held(): number {
    return this.#queues.held
  }

  /** Begins with what the store has. */
  start(): void {
    this.#refill()
    this.#pump()
  }

  /** Takes effects that have become durable, in order. */
  add(effects: readonly NewEffect[]): void {
    for (const effect of effects) {
      // What was read from the store may be told of once more.
      if (effect.number <= this.#seen) continue
      const held = { effect, attempts: 0, next: 0, since: stopwatch(), began: undefined }
      if (this.#hasMore || !this.#see(held)) this.#hasMore = true
    }
    this.#pump()
  }

  /** Takes an effect that is pending again though later ones were seen: one that was dead. */
  again(effect: HeldEffect): void {
    // What is behind those that were seen, or are held of its key, is read from the store, in its turn.
    if (this.#hasMore && effect.number > this.#seen) return this.start()
    this.#seen = Math.max(this.#seen, effect.number)
    if (this.#queues.isInRest(effect)) return
    this.#hold({ effect: { ...effect, body: undefined }, attempts: 0, next: 0, since: stopwatch(), began: undefined })
    this.#pump()
  }

  /** Begins no more tries; resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#asleep.values()) timer.stop()
    while (this.#underWay > 0) {
      await this.#settled.promise
      this.#settled = Promise.withResolvers()
    }
    await this.#options.destination.close()
  }

  /** The store has more, and of what may be held beside those that wait for their time, half is free. */
  get #isLow(): boolean {
    const { bodies, room } = this.#queues
    const awake = bodies - this.#asleep.size
    return this.#hasMore && !this.#isStopped && room > 0 && awake <= room
  }

  #refill(): void {
    if (!this.#isReading) this.#readOn()
  }

  #readOn(): void {
    this.#isReading = false
    if (!this.#isLow) return
    // More than there is room for, since most may be of keys that wait.
    const wanted = Math.min(limits.EFFECTS_READ_MAX, Math.max(limits.EFFECTS_READ_MIN, this.#queues.room))
    const found = this.#options.effects.pending(this.#options.action, this.#seen, wanted)
    this.#hasMore = found.length === wanted
    for (const effect of this.#ofStore(found)) {
      if (this.#see(effect)) continue
      this.#hasMore = true
      break
    }
    this.#pump()
    if (!this.#isLow) return
    this.#isReading = true
    soon(() => this.#readOn())
  }

  /** Holds an effect behind all that were seen, or leaves it to the rest of its key; false if there is no room for it. */
  #see(held: Held): boolean {
    if (!this.#queues.leaves(held.effect)) {
      if (this.#queues.room <= 0) return false
      this.#hold(held)
    }
    this.#seen = held.effect.number
    return true
  }

  #hold(held: Held): void {
    const queue = this.#queues.hold(held)
    if (queue) this.#await(queue)
  }

  /** Reads what of a key was left to the store, as far as it may be held. */
  #readRest(queue: KeyQueue): void {
    while (queue.held.length === 0 && queue.rest !== undefined) {
      const { wanted } = this.#queues
      const found = this.#options.effects.pendingOf(this.#options.action, queue.key, queue.rest, this.#seen, wanted)
      queue.rest = found.length < wanted ? undefined : found.at(-1)!.number
      for (const held of this.#ofStore(found)) this.#queues.hold(held)
    }
  }

  *#ofStore(found: readonly StoredEffect[]): Generator<Held> {
    const [now, watch] = [this.#options.clock(), stopwatch()]
    // By the stopwatch, which may not have run then.
    const watchOf = (wall: number) => watch - Math.max(0, now - wall)
    for (const effect of found) {
      // `again` is going to hold it: held from here as well, it would be sent twice.
      if (this.#options.isByHand(effect.number)) continue
      const { attempts, next = 0, made, began } = effect
      yield { effect, attempts, next, since: watchOf(made), began: began === undefined ? undefined : watchOf(began) }
    }
  }

  #await(queue: KeyQueue): void {
    const ms = queue.held[0].next - this.#options.clock()
    if (ms <= 0) this.#ready.push(queue)
    else if (!this.#isStopped) {
      queue.isAsleep = true
      this.#queues.leaveBehindFirst(queue)
      this.#asleep.set(
        queue,
        this.#options.after(ms, () => {
          this.#asleep.delete(queue)
          queue.isAsleep = false
          this.#ready.push(queue)
          this.#pump()
        }),
      )
    }
  }

  #pump(): void {
    while (!this.#isStopped && this.#underWay < this.#options.destination.concurrency && this.#ready.length > 0)
      void this.#try(this.#ready.shift()!)
  }

  async #try(queue: KeyQueue): Promise<void> {
    const { action, run, destination, clock, effects } = this.#options
    const [held] = queue.held
    const effect = { ...held.effect, body: held.effect.body ?? effects.at(held.effect.number)!.body }
    this.#underWay++
    const sent = clock()
    const tried = stopwatch()
    held.began ??= tried
    const outcome = await destination.deliver({ id: effect.id, action, body: effect.body, attempt: held.attempts + 1 })
    this.#underWay--
    const change = this.#came(held, sent, outcome)
    this.#options.onChange(change)
    if (channels.effect.hasSubscribers) channels.effect.publish(effectMessage({ ...held, effect, action, run, tried }, change, clock()))
    if (change.kind === 'tried') this.#await(queue)
    else this.#done(queue)
    this.#refill()
    this.#pump()
    this.#settled.resolve()
  }

  #came(held: Held, sent: number, outcome: Outcome): EffectTried {
    const { clock, random, attempts = defaultAttempts } = this.#options
    const { number } = held.effect
    const at = clock()
    held.attempts++
    if (outcome.kind === 'acknowledged') return { kind: 'delivered', number, sent, at }
    if (outcome.final || held.attempts >= attempts) return { kind: 'dead', number, sent, at, why: outcome.why }
    held.next = at + backoffMs(held.attempts, random, outcome.retryAfterMs)
    return { kind: 'tried', number, sent, next: held.next, why: outcome.why }
  }

  /** The first of a key is delivered or dead: the next has its turn. */
  #done(queue: KeyQueue): void {
    this.#queues.shift(queue)
    if (this.#isStopped) return
    this.#readRest(queue)
    if (queue.held.length > 0) this.#await(queue)
    else this.#queues.forget(queue)
  }
}
