/**
 * Model of a delivery lane: a lane with a store whose commits wait, a controlled receiver and a movable clock, compared with a plain list
 * of effects. Each attempt must be one that the list allows, and each possible attempt must be made.
 */
import assert from 'node:assert/strict'
import type { DeliveryOutcome } from '../../src/define/action/destination.ts'
import { DeliveryLane } from '../../src/action/delivery-lane.ts'
import { yieldToEventLoop } from '../../src/base/clock.ts'
import type { Random } from '../../src/base/random.ts'
import type { EffectChange, NewEffect, StoredEffect } from '../../src/log/effects.ts'
import type { Commit } from '../../src/log/store.ts'
import { growingEffects, growingOutbox } from '../crash/model-effects.ts'

export interface LaneCase {
  readonly heldMax: number
  readonly heldOfKeyMax: number
  readonly concurrency: number
}

/** An effect in the list: an answer counts at once, durable or not. */
interface ListedEffect {
  readonly number: number
  readonly key: string
  state: 'pending' | 'delivered' | 'dead' | 'dropped'
  attempts: number
  next: number
  /** The lane was notified of it, or it was in the store at the start. */
  isTold: boolean
  /** Retried by hand, so it may come after later effects of its key. */
  isByHand: boolean
}

interface WaitingCommit {
  readonly commit: Commit
  /** Sent to the lane once durable. */
  readonly notify?: () => void
}

const ATTEMPTS = 3

export class LaneModel {
  readonly #case: LaneCase
  readonly #random: Random
  #lane!: DeliveryLane
  #life = 0
  #clock = 0
  #timers = new Set<{ readonly at: number; readonly act: () => void }>()
  readonly #commits: Commit[] = []
  readonly #outbox = growingOutbox(() => this.#commits)
  #waiting: WaitingCommit[] = []
  #tells: (() => void)[] = []
  readonly #byHand = new Set<number>()
  #list: ListedEffect[] = []
  #underWay = new Map<ListedEffect, (outcome: DeliveryOutcome) => void>()
  #retried = 0

  constructor(of: LaneCase, random: Random) {
    this.#case = of
    this.#random = random
    this.#begin()
  }

  get pending(): number {
    return this.#list.filter(({ state }) => state === 'pending').length
  }

  /** Is there anything to attempt, to make durable or to notify? */
  get isUnsettled(): boolean {
    return this.pending > 0 || this.#waiting.length > 0 || this.#tells.length > 0
  }

  get held(): number {
    return this.#lane.held
  }

  /** Adds effects of these keys; they become durable later. */
  arrive(keys: readonly string[]): void {
    const effects = keys.map((key, i) => effect(this.#list.length + i + 1, key))
    this.#list.push(...effects.map(({ number, key }) => listed(number, key)))
    const notify = () => {
      for (const { number } of effects) this.#list[number - 1].isTold = true
      this.#lane.enqueue(effects)
    }
    this.#waiting.push({ commit: { effects }, notify })
  }

  /** Makes some waiting commits durable, without notification. */
  sync(count: number): void {
    for (const { commit, notify } of this.#waiting.splice(0, count)) {
      this.#commits.push(commit)
      if (notify) this.#tells.push(notify)
    }
    // Throws for a commit with an impossible change.
    this.#outbox()
  }

  tell(count: number): void {
    for (const notify of this.#tells.splice(0, count)) notify()
  }

  /** Answers an attempt in flight. */
  answer(fails: boolean, isFinal = false): void {
    const all = [...this.#underWay]
    if (all.length === 0) return
    const [one, answered] = all[Math.floor(this.#random() * all.length)]
    this.#underWay.delete(one)
    one.attempts++
    if (!fails) one.state = 'delivered'
    else if (isFinal || one.attempts >= ATTEMPTS) one.state = 'dead'
    answered(fails ? { kind: 'failed', why: 'x', ...(isFinal && { final: true }) } : { kind: 'acknowledged' })
  }

  /** Retries or drops a dead effect, in the store too. */
  byHand(kind: 'again' | 'dropped'): void {
    const dead = this.#outbox().all.filter(({ number, state }) => state === 'dead' && !this.#byHand.has(number))
    if (dead.length === 0) return
    const one = dead[Math.floor(this.#random() * dead.length)]
    const { number } = one
    this.#byHand.add(number)
    const change: EffectChange = kind === 'again' ? { kind, number } : { kind, number, at: this.#clock, why: 'x' }
    this.#waiting.push({ commit: { effectChanges: [change] }, notify: () => this.#changed(one, kind) })
  }

  #changed(one: StoredEffect, kind: 'again' | 'dropped'): void {
    this.#byHand.delete(one.number)
    const of = this.#list[one.number - 1]
    of.state = kind === 'again' ? 'pending' : 'dropped'
    if (kind === 'dropped') return
    Object.assign(of, { attempts: 0, next: 0, isByHand: true })
    this.#retried++
    this.#lane.redeliver(one)
  }

  move(ms: number): void {
    this.#clock += ms
    for (const timer of this.#timers) if (timer.at <= this.#clock && this.#timers.delete(timer)) timer.act()
  }

  /** Stops and starts again like a run; a crash loses what was not durable. */
  async restart(isCrash: boolean): Promise<void> {
    if (isCrash) this.#waiting = []
    else {
      const stopped = this.#lane.stop()
      for (let left = this.#underWay.size; left > 0; left--) this.answer(this.#random() < 0.5)
      await stopped
      this.sync(Infinity)
    }
    this.#begin()
  }

  #begin(): void {
    const life = ++this.#life
    this.#timers = new Set()
    this.#tells = []
    this.#underWay = new Map()
    this.#byHand.clear()
    this.#retried = 0
    this.#list = this.#outbox().all.map(({ number, key, state, attempts, next = 0 }) => ({
      ...listed(number, key),
      state: state as ListedEffect['state'],
      attempts,
      next: state === 'pending' ? next : 0,
      isTold: true,
    }))
    // The store does not record which effects were retried by hand: they are in order.
    this.#lane = new DeliveryLane({
      ...this.#case,
      run: this,
      action: 'page',
      attempts: ATTEMPTS,
      effects: growingEffects(() => this.#commits),
      clock: () => this.#clock,
      random: this.#random,
      isByHand: number => this.#byHand.has(number),
      after: (ms, act) => {
        const timer = { at: this.#clock + ms, act }
        this.#timers.add(timer)
        return { stop: () => this.#timers.delete(timer) }
      },
      onFailure: error => assert.fail(error as Error),
      onChange: change => {
        if (life !== this.#life) return
        if (change.kind === 'tried') this.#list[change.number - 1].next = change.next
        this.#waiting.push({ commit: { effectChanges: [change] } })
      },
      destination: {
        concurrency: this.#case.concurrency,
        close: () => Promise.resolve(),
        deliver: ({ id, attempt }) =>
          life === this.#life ? new Promise(answer => this.#begins(Number(id), attempt, answer)) : new Promise(() => {}),
      },
    })
    this.#lane.start()
  }

  #ofKey(key: string): ListedEffect[] {
    return this.#list.filter(one => one.key === key && one.state === 'pending')
  }

  /** Checks an attempt that begins against the list. */
  #begins(number: number, attempt: number, answer: (outcome: DeliveryOutcome) => void): void {
    const one = this.#list[number - 1]
    const context = `try ${attempt} at ${number}`
    assert.equal(one.state, 'pending', context)
    assert.equal(this.#outbox().byNumber(number)?.state, 'pending', `${context}: it is durable`)
    assert.equal(attempt, one.attempts + 1, context)
    assert.ok(this.#clock >= one.next, `${context}: its time has come`)
    for (const other of this.#ofKey(one.key)) {
      if (other === one) continue
      assert.ok(!this.#underWay.has(other), `${context}: ${other.number} of its key is under way`)
      if (one.isByHand || other.isByHand) continue
      assert.ok(other.number > number, `${context}: ${other.number} of its key is before it`)
    }
    this.#underWay.set(one, answer)
    assert.ok(this.#underWay.size <= this.#case.concurrency)
  }

  /** Lets the lane do what it can, and checks that it did. */
  async look(): Promise<void> {
    for (let turns = 4 + this.#list.length / 8; turns > 0; turns--) await yieldToEventLoop()
    const { heldMax, heldOfKeyMax, concurrency } = this.#case
    // An effect that is retried by hand is held in memory without its body, and so is the next effect of its key.
    assert.ok(this.#lane.held <= heldMax + 2 * this.#retried, `${this.#lane.held} are held of ${heldMax}`)
    const keys = [...new Set(this.#list.map(({ key }) => key))].map(key => this.#ofKey(key))
    const asleep = keys.filter(ofKey => ofKey.some(one => one.next > this.#clock)).length
    const isFree = this.#underWay.size < concurrency && heldMax - asleep >= 2 * heldOfKeyMax * this.#underWay.size
    if (!isFree || asleep >= heldMax) return
    for (const ofKey of keys) {
      const published = ofKey.filter(one => one.isTold && !this.#byHand.has(one.number))
      const isServed = ofKey.some(one => one.next > this.#clock || this.#underWay.has(one))
      assert.ok(published.length === 0 || isServed, `${published[0]?.number} of ${published[0]?.key} could be tried, and is not`)
    }
  }
}

const listed = (number: number, key: string): ListedEffect => ({
  number,
  key,
  state: 'pending',
  attempts: 0,
  next: 0,
  isTold: false,
  isByHand: false,
})

const effect = (number: number, key: string): NewEffect => ({
  number,
  action: 'page',
  id: String(number),
  entry: number,
  key,
  t: number,
  decidedAt: 0,
  due: undefined,
  body: '{}',
  isDry: false,
})
