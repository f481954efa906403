/**
 * The delivery lane of one action: effects of one key in order of decision, different keys concurrently, as many as the destination allows.
 *
 * A failed effect delays its own key alone: the effects behind it stay in the store, and the lane continues with other keys. Memory is
 * bounded: some effects per key, some thousands in all; the rest is read from the store, a thousand at a time, when there is room. Only if
 * as many keys wait as effects may be held do further keys wait in the store until one effect is delivered or dead.
 */
import { channels } from '../base/node/index.ts'
import { callSoon, passingErrors, stopwatch, type Clock, limits, type Random } from '../base/index.ts'
import type { Destination, DeliveryOutcome } from '../define/action/index.ts'
import type { EffectChange, NewEffect, StoredEffect, EffectLog } from '../log/index.ts'
import { backoffMs, longestBackoffMs } from './retry-delay.ts'
import { effectMessage, type AttemptChange } from './effect-message.ts'
import { receiverContext } from './receiver-context.ts'
import { KeyQueues, type HeldDelivery, type HeldEffect, type KeyQueue } from './key-queues.ts'

/** Collaborators and limits of a lane. */
export interface DeliveryLaneOptions {
  /** The run that owns the effects, for telemetry. */
  readonly run: object
  readonly action: string
  /** Keeps its contract, as a `GuardedDestination` does. */
  readonly destination: Destination
  /** Attempts before an effect is dead. */
  readonly attempts?: number | undefined
  readonly effects: EffectLog
  readonly clock: Clock
  readonly random: Random
  /** Calls `act` once, after `ms` milliseconds, unless stopped. */
  readonly after: (ms: number, act: () => void) => { stop(): void }
  /** Is an operator changing this effect? It may be pending in the store before `again` is called with it. */
  readonly isByHand: (number: number) => boolean
  /** Called with the state change of each attempt. */
  readonly onChange: (change: EffectChange) => void
  /** Called with an error of the store. The lane then starts no more attempts. */
  readonly onFailure: (error: unknown) => void
  /** Most effects in memory, and of one key. */
  readonly heldMax?: number | undefined
  readonly heldOfKeyMax?: number | undefined
}

/** Schedules the deliveries of one action. */
export class DeliveryLane {
  readonly #options: DeliveryLaneOptions
  readonly #queues: KeyQueues
  /** Keys whose first effect is due. */
  #ready: KeyQueue[] = []
  readonly #asleep = new Map<KeyQueue, { stop(): void }>()
  #underWay = 0
  /** Effects up to this number are held, done, or in the rest of their key. */
  #seen = 0
  /** The store has effects beyond those seen. */
  #hasMore = true
  /** A further read of the store is scheduled, after other tasks had their turn. */
  #isReading = false
  #isStopped = false
  #settled = Promise.withResolvers<void>()

  constructor(options: DeliveryLaneOptions) {
    const { heldMax = limits.EFFECTS_IN_MEMORY_MAX, heldOfKeyMax = limits.EFFECTS_IN_MEMORY_OF_KEY_MAX } = options
    this.#options = options
    this.#queues = new KeyQueues(heldMax, heldOfKeyMax)
  }

  /** Deliveries are in flight or ready. */
  get isBusy(): boolean {
    return this.#underWay > 0 || this.#ready.length > 0 || this.#isReading
  }

  /** Effects in memory, in flight or queued. */
  get held(): number {
    return this.#queues.held
  }

  /** Starts with the pending effects of the store. */
  start(): void {
    this.#refill()
    this.#pump()
  }

  /** Queues committed effects, in order. */
  enqueue(effects: readonly NewEffect[]): void {
    for (const effect of effects) {
      // The store read may already have given these effects.
      if (effect.number <= this.#seen) continue
      const held = { effect, attempts: 0, next: 0, since: stopwatch(), began: undefined }
      if (this.#hasMore || !this.#see(held)) this.#hasMore = true
    }
    this.#pump()
  }

  /** Queues a dead effect that is pending again although later effects were seen. */
  redeliver(effect: HeldEffect): void {
    // Effects beyond those seen, or in the rest of a key, are read from the store at their turn.
    if (this.#hasMore && effect.number > this.#seen) return this.start()
    this.#seen = Math.max(this.#seen, effect.number)
    if (this.#queues.isInRest(effect)) return
    this.#hold({ effect: { ...effect, body: undefined }, attempts: 0, next: 0, since: stopwatch(), began: undefined })
    this.#pump()
  }

  /** Starts no more attempts. Resolves when those in flight have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const timer of this.#asleep.values()) timer.stop()
    while (this.#underWay > 0) {
      await this.#settled.promise
      this.#settled = Promise.withResolvers()
    }
    await this.#options.destination.close()
  }

  /** The store has more, and at least half of the room beside waiting keys is free. */
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
    // Most effects may be of waiting keys, so this reads more than fit.
    const count = Math.min(limits.EFFECTS_READ_MAX, Math.max(limits.EFFECTS_READ_MIN, this.#queues.room))
    const stored = this.#options.effects.pending(this.#options.action, this.#seen, count)
    this.#hasMore = stored.length === count
    for (const effect of this.#fromStore(stored)) {
      if (this.#see(effect)) continue
      this.#hasMore = true
      break
    }
    this.#pump()
    if (!this.#isLow) return
    this.#isReading = true
    callSoon(passingErrors(() => this.#readOn(), this.#fail))
  }

  readonly #fail = (error: unknown): void => {
    this.#isStopped = true
    this.#options.onFailure(error)
  }

  /** Queues the newest effect, or leaves it to the rest of its key; false if there is no room. */
  #see(held: HeldDelivery): boolean {
    if (!this.#queues.leaveToStore(held.effect)) {
      if (this.#queues.room <= 0) return false
      this.#hold(held)
    }
    this.#seen = held.effect.number
    return true
  }

  #hold(held: HeldDelivery): void {
    const queue = this.#queues.hold(held)
    if (queue) this.#await(queue)
  }

  /** Reads the rest of a key, as far as it may be held. */
  #readRest(queue: KeyQueue): void {
    while (queue.held.length === 0 && queue.rest !== undefined) {
      const { readSize } = this.#queues
      const stored = this.#options.effects.pendingOfKey(this.#options.action, queue.key, queue.rest, this.#seen, readSize)
      queue.rest = stored.length < readSize ? undefined : stored.at(-1)!.number
      for (const held of this.#fromStore(stored)) this.#queues.hold(held)
    }
  }

  *#fromStore(stored: readonly StoredEffect[]): Generator<HeldDelivery> {
    const [now, watch] = [this.#options.clock(), stopwatch()]
    // Converts wall time: the stopwatch may not have run then.
    const watchOf = (wall: number) => watch - Math.max(0, now - wall)
    for (const effect of stored) {
      // `again` will queue it; queued here as well, it would be sent twice.
      if (this.#options.isByHand(effect.number)) continue
      const { attempts, next = 0, decidedAt, began } = effect
      yield { effect, attempts, next, since: watchOf(decidedAt), began: began === undefined ? undefined : watchOf(began) }
    }
  }

  #await(queue: KeyQueue): void {
    // A clock that was set back would put off an attempt whose time was taken before.
    const ms = Math.min(queue.held[0].next - this.#options.clock(), longestBackoffMs)
    if (ms <= 0) this.#ready.push(queue)
    else if (!this.#isStopped) {
      queue.isBackingOff = true
      this.#queues.releaseBehindFirst(queue)
      this.#asleep.set(
        queue,
        this.#options.after(ms, () => {
          this.#asleep.delete(queue)
          queue.isBackingOff = false
          this.#ready.push(queue)
          this.#pump()
        }),
      )
    }
  }

  #pump(): void {
    while (!this.#isStopped && this.#underWay < this.#options.destination.concurrency && this.#ready.length > 0)
      void this.#tryFirst(this.#ready.shift()!)
  }

  async #tryFirst(queue: KeyQueue): Promise<void> {
    try {
      await this.#deliverFirst(queue)
    } catch (error) {
      this.#fail(error)
    }
    this.#settled.resolve()
  }

  async #deliverFirst(queue: KeyQueue): Promise<void> {
    const { action, run, destination, clock, effects, random, onChange } = this.#options
    const [held] = queue.held
    const effect = { ...held.effect, body: held.effect.body ?? effects.byNumber(held.effect.number)!.body }
    const sent = clock()
    const tried = stopwatch()
    held.began ??= tried
    const { id, key, body, trace } = effect
    const delivery = { id, action, key, body, attempt: held.attempts + 1 }
    const context =
      trace === undefined ? {} : { trace: receiverContext(effect, { run, action, random, since: sent - (tried - held.since) }) }
    this.#underWay++
    const outcome = await destination.deliver({ ...delivery, ...context })
    this.#underWay--
    const change = this.#recordOutcome(held, sent, outcome)
    onChange(change)
    if (channels.effect.hasSubscribers)
      channels.effect.publish(effectMessage({ ...held, effect, action, run, attemptedAt: tried }, change, clock()))
    if (change.kind === 'tried') this.#await(queue)
    else this.#done(queue)
    this.#refill()
    this.#pump()
  }

  #recordOutcome(held: HeldDelivery, sent: number, outcome: DeliveryOutcome): AttemptChange {
    const { clock, random, attempts = limits.ACTION_ATTEMPTS } = this.#options
    const { number } = held.effect
    const at = clock()
    held.attempts++
    if (outcome.kind === 'acknowledged') return { kind: 'delivered', number, sent, at }
    if (outcome.final || held.attempts >= attempts) return { kind: 'dead', number, sent, at, why: outcome.why }
    held.next = at + backoffMs(held.attempts, random, outcome.retryAfterMs)
    return { kind: 'tried', number, sent, next: held.next, why: outcome.why }
  }

  /** The first effect of a key is delivered or dead: the next has its turn. */
  #done(queue: KeyQueue): void {
    this.#queues.shift(queue)
    if (this.#isStopped) return
    this.#readRest(queue)
    if (queue.held.length > 0) this.#await(queue)
    else this.#queues.forget(queue)
  }
}
