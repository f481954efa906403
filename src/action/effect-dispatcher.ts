/**
 * Delivers committed effects at least once, each under its idempotency key, and records the outcomes.
 *
 * One delivery lane per action, so a destination that is down delays no other. Outcomes are committed in groups, a little later: after a
 * crash before that commit an effect is sent once more.
 */
import { callAfter, pause, wallClock, type Clock, limits, random as seeded, type Random, SpillwayError, sumBy } from '../base/index.ts'
import type { ManualEffectChange, EffectChange, NewEffect, StoredEffect, EffectLog } from '../log/index.ts'
import { DeliveryLane, type DeliveryLaneOptions } from './delivery-lane.ts'
import { type ActionDestination, GuardedDestination } from './guarded-destination.ts'

/** Collaborators of the dispatcher: destinations, stored effects, and the commit of outcomes. */
export interface EffectDispatcherOptions extends Partial<Pick<DeliveryLaneOptions, 'run' | 'after' | 'heldMax' | 'heldOfKeyMax'>> {
  readonly destinations: readonly ActionDestination[]
  readonly effects: EffectLog
  /** Commits outcomes. Rejects if that is no longer possible. */
  readonly settle: (changes: readonly EffectChange[]) => Promise<void>
  /** Called with an error of `effects`, after which the action starts no more attempts, or of `onSettled`. */
  readonly onFailure: (error: unknown) => void
  /** Milliseconds during which outcomes are gathered into one commit (`SETTLE_MS`). */
  readonly settleMs?: number
  readonly clock?: Clock
  readonly random?: Random
  /** Called with outcomes once they are committed. */
  readonly onSettled?: (changes: readonly EffectChange[]) => void
  /** Called with a fault of a destination that no effect shows. */
  readonly onReport?: (text: string) => void
}

/** Delivery lanes by action over one effect store. */
export class EffectDispatcher {
  readonly #options: EffectDispatcherOptions
  readonly #lanes: ReadonlyMap<string, DeliveryLane>
  #changes: EffectChange[] = []
  #settling: Promise<void> | undefined
  #failure: unknown
  #left: number | undefined
  /** Numbers of effects that an operator is changing. */
  readonly #byHand = new Set<number>()

  constructor(options: EffectDispatcherOptions) {
    const { clock = wallClock, random = seeded(clock()), effects, after = callAfter, onReport = () => {}, heldMax, heldOfKeyMax } = options
    this.#options = options
    const shared = {
      run: options.run ?? this,
      effects,
      clock,
      random,
      after,
      isByHand: (number: number) => this.#byHand.has(number),
      onChange: (change: EffectChange) => this.#changed(change),
      onFailure: options.onFailure,
      heldMax,
      heldOfKeyMax,
    }
    this.#lanes = new Map(
      options.destinations.map(({ action, attempts, destination, name, timeoutMs }) => {
        const named = name === undefined ? `the destination of action '${action}'` : `destination '${name}' of action '${action}'`
        const guarded = new GuardedDestination(destination, { name: named, timeoutMs, after, onReport })
        return [action, new DeliveryLane({ ...shared, action, attempts, destination: guarded })]
      }),
    )
  }

  /** Effects in memory, in flight or queued, by action. */
  get held(): ReadonlyMap<string, number> {
    return new Map([...this.#lanes].map(([action, lane]) => [action, lane.held]))
  }

  /** Pending effects, in memory or in the store. After `stop`: those that were left pending. */
  get waiting(): number {
    return this.#left ?? sumBy(this.waitingByAction().values(), count => count)
  }

  /** Pending effects by action, in memory or in the store. Not after `stop`. */
  waitingByAction(): ReadonlyMap<string, number> {
    const pending = this.#options.effects.pendingCounts()
    return new Map([...this.#lanes.keys()].map(action => [action, pending.get(action) ?? 0]))
  }

  /** No delivery is in flight or ready, and no outcome awaits its commit. Failed effects may wait for their next attempt. */
  get isIdle(): boolean {
    return this.#settling === undefined && this.#changes.length === 0 && [...this.#lanes.values()].every(lane => !lane.isBusy)
  }

  /** Starts with the pending effects of the store. */
  start(): void {
    for (const lane of this.#lanes.values()) lane.start()
  }

  /** Queues committed effects, in order of decision. */
  enqueue(effects: readonly NewEffect[]): void {
    const byAction = Map.groupBy(
      effects.filter(({ isDry }) => !isDry),
      ({ action }) => action,
    )
    for (const [action, ofAction] of byAction) this.#lanes.get(action)?.enqueue(ofAction)
  }

  /**
   * Retries dead effects under the same keys, counting attempts from 1, or drops them: all in one commit. Resolves when that is durable.
   *
   * @throws `SPILL_PRECONDITION` if one of the effects is not dead, `SPILL_CONFLICT` if one is being changed; then none changes.
   */
  async byHand(effects: readonly StoredEffect[], changes: readonly ManualEffectChange[]): Promise<void> {
    for (const { number, state } of effects) {
      if (this.#byHand.has(number))
        throw new SpillwayError('SPILL_CONFLICT', `effect ${number} is being changed by someone else; look at it again`)
      if (state !== 'dead')
        throw new SpillwayError('SPILL_PRECONDITION', `effect ${number} is ${state}; only dead effects can be retried or dropped`)
    }
    for (const { number } of effects) this.#byHand.add(number)
    try {
      await this.#options.settle(changes)
    } finally {
      for (const { number } of effects) this.#byHand.delete(number)
    }
    this.#options.onSettled?.(changes)
    changes.forEach(({ kind }, i) => kind === 'again' && this.#lanes.get(effects[i].action)?.redeliver(effects[i]))
  }

  /** Starts no more attempts. Resolves when those in flight have ended and their outcomes are committed. */
  async stop(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(lane => lane.stop()))
    while (this.#settling) await this.#settling
    // The caller closes the store next.
    this.#left ??= this.waiting
  }

  #changed(change: EffectChange): void {
    // The commit failed. Unrecorded deliveries are sent again after a restart.
    if (this.#failure !== undefined) return
    this.#changes.push(change)
    this.#settling ??= this.#settleAll()
  }

  async #settleAll(): Promise<void> {
    while (this.#changes.length > 0) {
      // Nobody waits for outcomes, and ingestion needs the disk: outcomes of some milliseconds share one commit.
      await pause(this.#options.settleMs ?? limits.SETTLE_MS)
      const changes = this.#changes
      this.#changes = []
      try {
        await this.#options.settle(changes)
      } catch (error) {
        this.#failure = error
        this.#changes = []
        continue
      }
      try {
        this.#options.onSettled?.(changes)
      } catch (error) {
        this.#options.onFailure(error)
      }
    }
    this.#settling = undefined
  }
}
