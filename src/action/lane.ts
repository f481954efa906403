/**
 * The deliveries of one action: effects of one key one after the other, in order of decision; of different keys beside each other, as many as the
 * destination takes.
 *
 * An effect that fails waits and holds up its own key alone. Memory is bounded: beyond a limit effects stay in the store, and are read from there when others
 * are done.
 */
import { channels } from '../base/channels.ts'
import { stopwatch, type Clock } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import type { Random } from '../base/random.ts'
import type { EffectChange, NewEffect, StoredEffects } from '../log/effects.ts'
import { backoffMs, defaultAttempts } from './backoff.ts'
import type { Destination, Outcome } from './destination.ts'
import { effectMessage, type EffectTried } from './effect-message.ts'

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
  /** Effects that may be held in memory. */
  readonly heldMax?: number
}

type Effect = Pick<NewEffect, 'number' | 'id' | 'key' | 'body' | 'entry' | 'made' | 'due'>

interface Held {
  readonly effect: Effect
  attempts: number
  /** Not before, UTC ms. */
  next: number
  /** Since when it could be tried, and when its first try began: ms by the stopwatch. */
  readonly since: number
  began: number | undefined
}

export class Lane {
  readonly #options: LaneOptions
  readonly #heldMax: number
  /** The first of each is tried, or waits for its time; the others wait for it. */
  readonly #keys = new Map<string, Held[]>()
  /** Firsts whose time has come. */
  #ready: Held[] = []
  readonly #asleep = new Map<Held, { stop(): void }>()
  #held = 0
  #underWay = 0
  #lastHeld = 0
  /** The store has effects behind those that are held. */
  #hasMore = true
  #isStopped = false
  #settled = Promise.withResolvers<void>()

  constructor(options: LaneOptions) {
    this.#options = options
    this.#heldMax = options.heldMax ?? limits.EFFECTS_HELD_MAX
  }

  /** Deliveries are under way, or could be. */
  get isBusy(): boolean {
    return this.#underWay > 0 || this.#ready.length > 0
  }

  /** Effects that are held in memory: under way, or waiting. */
  get held(): number {
    return this.#held
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
      if (effect.number <= this.#lastHeld) continue
      if (this.#hasMore || this.#held >= this.#heldMax) this.#hasMore = true
      else this.#hold({ effect, attempts: 0, next: 0, since: stopwatch(), began: undefined })
    }
    this.#pump()
  }

  /** Takes an effect that is pending again though later ones are held: one that was dead. */
  again(effect: Effect): void {
    // What is behind those that are held is read from the store, in its turn.
    if (this.#hasMore && effect.number > this.#lastHeld) return this.start()
    this.#hold({ effect, attempts: 0, next: 0, since: stopwatch(), began: undefined })
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

  #refill(): void {
    if (!this.#hasMore || this.#isStopped || this.#held > this.#heldMax / 2) return
    const wanted = this.#heldMax - this.#held
    const found = this.#options.effects.pending(this.#options.action, this.#lastHeld, wanted)
    this.#hasMore = found.length === wanted
    const [now, watch] = [this.#options.clock(), stopwatch()]
    // By the stopwatch, which may not have run then.
    const watchOf = (wall: number) => watch - Math.max(0, now - wall)
    for (const effect of found) {
      // `again` is going to hold it: held from here as well, it would be sent twice.
      if (this.#options.isByHand(effect.number)) continue
      const { attempts, next = 0, made, began } = effect
      this.#hold({ effect, attempts, next, since: watchOf(made), began: began === undefined ? undefined : watchOf(began) })
    }
  }

  #hold(held: Held): void {
    const { key, number } = held.effect
    this.#held++
    this.#lastHeld = Math.max(this.#lastHeld, number)
    const ofKey = this.#keys.get(key)
    if (ofKey) ofKey.push(held)
    else {
      this.#keys.set(key, [held])
      this.#await(held)
    }
  }

  #await(held: Held): void {
    const ms = held.next - this.#options.clock()
    if (ms <= 0) this.#ready.push(held)
    else if (!this.#isStopped)
      this.#asleep.set(
        held,
        this.#options.after(ms, () => {
          this.#asleep.delete(held)
          this.#ready.push(held)
          this.#pump()
        }),
      )
  }

  #pump(): void {
    while (!this.#isStopped && this.#underWay < this.#options.destination.concurrency && this.#ready.length > 0)
      void this.#try(this.#ready.shift()!)
  }

  async #try(held: Held): Promise<void> {
    const { action, run, destination, clock } = this.#options
    const { id, body } = held.effect
    this.#underWay++
    const sent = clock()
    const tried = stopwatch()
    held.began ??= tried
    const outcome = await destination.deliver({ id, action, body, attempt: held.attempts + 1 })
    this.#underWay--
    const change = this.#came(held, sent, outcome)
    this.#options.onChange(change)
    if (channels.effect.hasSubscribers) channels.effect.publish(effectMessage({ ...held, action, run, tried }, change, clock()))
    if (change.kind === 'tried') this.#await(held)
    else this.#done(held.effect.key)
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
  #done(key: string): void {
    const ofKey = this.#keys.get(key)!
    ofKey.shift()
    this.#held--
    if (ofKey.length > 0) this.#await(ofKey[0])
    else this.#keys.delete(key)
  }
}
