/** A dispatcher with an in-memory effect store, receivers whose answers the test controls, and a clock that it moves. */
import assert from 'node:assert/strict'
import { EffectDispatcher, type EffectDispatcherOptions } from '../../src/action/effect-dispatcher.ts'
import type { Delivery, DeliveryOutcome } from '../../src/define/action/destination.ts'
import { pause } from '../../src/base/clock.ts'
import { random } from '../../src/base/random.ts'
import type { NewEffect } from '../../src/log/effects.ts'
import type { Commit } from '../../src/log/store.ts'
import { growingEffects, ModelEffects } from '../crash/model-effects.ts'

export const effect = (number: number, key: string, action = 'page'): NewEffect => ({
  number,
  action,
  id: `id${number}`,
  entry: number,
  key,
  t: number,
  decidedAt: 0,
  due: undefined,
  body: `{"n":${number}}`,
  isDry: false,
})

/** An effect store with optional first commits, destinations whose answers the test gives, and a clock that it moves. */
export function bench(
  options: Partial<EffectDispatcherOptions> & {
    readonly concurrency?: number
    readonly actions?: readonly string[]
    readonly stored?: readonly Commit[]
  } = {},
) {
  const commits: Commit[] = [...(options.stored ?? [])]
  const underWay = new Map<string, { delivery: Delivery; answer: (outcome: DeliveryOutcome) => void }>()
  const tried: string[] = []
  let clock = 0
  const timers = new Set<{ at: number; act: () => void }>()
  const { concurrency = 2, actions = ['page'] } = options
  const destination = {
    concurrency,
    deliver: (delivery: Delivery) =>
      new Promise<DeliveryOutcome>(answer => {
        tried.push(`${delivery.id}#${delivery.attempt}`)
        underWay.set(delivery.id, { delivery, answer })
      }),
    close: () => Promise.resolve(),
  }
  const dispatcher = new EffectDispatcher({
    destinations: actions.map(action => ({ action, destination, attempts: 3 })),
    effects: growingEffects(() => commits),
    settle: settled => {
      commits.push({ effectChanges: settled })
      return Promise.resolve(void new ModelEffects(commits))
    },
    clock: () => clock,
    random: random(1),
    onFailure: error => assert.fail(error as Error),
    settleMs: 0,
    after: (ms, act) => {
      const timer = { at: clock + ms, act }
      timers.add(timer)
      return { stop: () => timers.delete(timer) }
    },
    ...options,
  })
  return {
    dispatcher,
    commits,
    tried,
    underWay,
    add: (...effects: NewEffect[]) => {
      commits.push({ effects })
      dispatcher.enqueue(effects)
    },
    answer: async (id: string, outcome: DeliveryOutcome = { kind: 'acknowledged' }) => {
      const { answer } = underWay.get(id)!
      underWay.delete(id)
      answer(outcome)
      await pause(0)
    },
    moveTo: async (at: number) => {
      clock = at
      for (const timer of timers) if (timer.at <= at && timers.delete(timer)) timer.act()
      await pause(0)
    },
    state: () => new ModelEffects(commits).all.map(({ number, state, attempts }) => [number, state, attempts]),
  }
}

export const failed = (why = 'status 500'): DeliveryOutcome => ({ kind: 'failed', why })
