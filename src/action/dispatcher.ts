/**
 * Sends effects that have become durable, and says what became of them: at least once each, under an idempotency key of its own.
 *
 * A lane an action, so that a destination which is down delays no other. What became of effects is committed some at a time and a little later; where a crash
 * comes before that commit, the effect is sent once more.
 */
import { after, pause, wallClock, type Clock } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { random as seeded, type Random } from '../base/random.ts'
import { SpillwayError } from '../base/errors.ts'
import type { ChangeByHand, EffectChange, NewEffect, StoredEffect, StoredEffects } from '../log/effects.ts'
import type { Destination } from './destination.ts'
import { Lane, type LaneOptions } from './lane.ts'

/** Where the effects of an action go. */
export interface Sending {
  readonly action: string
  readonly destination: Destination
  readonly attempts?: number | undefined
}

export interface DispatcherOptions extends Partial<Pick<LaneOptions, 'run' | 'after' | 'heldMax' | 'heldOfKeyMax'>> {
  readonly sendings: readonly Sending[]
  readonly effects: StoredEffects
  /** Makes durable what became of effects. Rejects if that is no longer possible. */
  readonly settle: (changes: readonly EffectChange[]) => Promise<void>
  /** Milliseconds for which changes are gathered (`SETTLE_MS`). */
  readonly settleMs?: number
  readonly clock?: Clock
  readonly random?: Random
  /** Told of each change once it is durable. */
  readonly onSettled?: (changes: readonly EffectChange[]) => void
}

export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #lanes: ReadonlyMap<string, Lane>
  #changes: EffectChange[] = []
  #settling: Promise<void> | undefined
  #failure: unknown
  #left: number | undefined
  /** Numbers of effects that are being changed by hand. */
  readonly #byHand = new Set<number>()

  constructor(options: DispatcherOptions) {
    const { clock = wallClock, random = seeded(clock()), effects, heldMax, heldOfKeyMax } = options
    this.#options = options
    const shared = {
      run: options.run ?? this,
      effects,
      clock,
      random,
      after: options.after ?? after,
      isByHand: (number: number) => this.#byHand.has(number),
      onChange: (change: EffectChange) => this.#changed(change),
      heldMax,
      heldOfKeyMax,
    }
    this.#lanes = new Map(options.sendings.map(sending => [sending.action, new Lane({ ...shared, ...sending })]))
  }

  /** Effects in memory, under way or waiting, by action. */
  get held(): ReadonlyMap<string, number> {
    return new Map([...this.#lanes].map(([action, lane]) => [action, lane.held]))
  }

  /** Effects that are to be sent, in memory or not; of a dispatcher that has stopped, those that it left. */
  get waiting(): number {
    if (this.#left !== undefined) return this.#left
    const pending = this.#options.effects.waiting()
    return [...this.#lanes.keys()].reduce((sum, action) => sum + (pending.get(action) ?? 0), 0)
  }

  /** Nothing is under way, could be, or is to be made durable; what failed may wait for its next try. */
  get isIdle(): boolean {
    return this.#settling === undefined && this.#changes.length === 0 && [...this.#lanes.values()].every(lane => !lane.isBusy)
  }

  /** Begins with what is pending in the store. */
  start(): void {
    for (const lane of this.#lanes.values()) lane.start()
  }

  /** Takes effects that have become durable, in order of decision. */
  add(effects: readonly NewEffect[]): void {
    const byAction = Map.groupBy(
      effects.filter(({ isDry }) => !isDry),
      ({ action }) => action,
    )
    for (const [action, own] of byAction) this.#lanes.get(action)?.add(own)
  }

  /**
   * Tries an effect that is dead in the store again, under its key and from the first try on, or drops it; resolves when that is durable. Throws
   * `SPILL_CONFLICT` for one that is not dead.
   */
  async byHand(effect: StoredEffect, change: ChangeByHand): Promise<void> {
    const { number, state, action } = effect
    const is = this.#byHand.has(number) ? 'being changed' : state
    if (is !== 'dead') throw new SpillwayError('SPILL_CONFLICT', `effect ${number} is ${is}; dead ones can be tried again or dropped`)
    this.#byHand.add(number)
    try {
      await this.#options.settle([change])
    } finally {
      this.#byHand.delete(number)
    }
    this.#options.onSettled?.([change])
    if (change.kind === 'again') this.#lanes.get(action)?.again(effect)
  }

  /** Begins no more tries; resolves when those under way have ended and what became of them is durable. */
  async stop(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map(lane => lane.stop()))
    while (this.#settling) await this.#settling
    // Its store is closed next.
    this.#left ??= this.waiting
  }

  #changed(change: EffectChange): void {
    // The run has failed: what was sent and is not recorded is sent again when it goes on.
    if (this.#failure !== undefined) return
    this.#changes.push(change)
    this.#settling ??= this.#settleAll()
  }

  async #settleAll(): Promise<void> {
    while (this.#changes.length > 0) {
      // Nobody waits for it, and the events that come in are to have the disk: what ends within some milliseconds is one commit.
      await pause(this.#options.settleMs ?? limits.SETTLE_MS)
      const changes = this.#changes
      this.#changes = []
      try {
        await this.#options.settle(changes)
        this.#options.onSettled?.(changes)
      } catch (error) {
        this.#failure = error
        this.#changes = []
      }
    }
    this.#settling = undefined
  }
}
