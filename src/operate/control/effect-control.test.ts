import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ManualEffectChange, StoredEffect } from '../../log/effects.ts'
import { EffectControl } from './effect-control.ts'

const states = ['dead', 'pending', 'delivered', 'dropped', 'dry', 'dead'] as const
const effects = {
  byNumber: (number: number) => (number > states.length ? undefined : ({ number, state: states[number - 1] } as StoredEffect)),
  lastNumber: () => states.length,
}

test('dead effects change together, in one commit; if one of them cannot change, none does', async () => {
  const changes: ManualEffectChange[][] = []
  const change = (_effects: readonly StoredEffect[], batch: readonly ManualEffectChange[]) => Promise.resolve(void changes.push([...batch]))
  const control = new EffectControl({ effects, change, clock: () => 7 })
  await control.retry({ numbers: [6, 1] })
  await control.drop({ numbers: [1], why: 'x' })
  for (const [number, state] of states.entries())
    if (state !== 'dead')
      await assert.rejects(control.retry({ numbers: [1, number + 1] }), {
        code: 'SPILL_CONFLICT',
        message: `effect ${number + 1} is ${state}; only dead effects can be retried or dropped`,
      })
  await assert.rejects(control.drop({ numbers: [1, 7], why: 'x' }), {
    code: 'SPILL_NOT_FOUND',
    message: 'there is no effect 7; the newest is 6',
  })
  assert.deepEqual(changes, [
    [
      { kind: 'again', number: 6 },
      { kind: 'again', number: 1 },
    ],
    [{ kind: 'dropped', number: 1, at: 7, why: 'x' }],
  ])
})

test('a run that delivers no effects changes none', async () => {
  const control = new EffectControl({ effects, change: undefined, clock: () => 7 })
  await assert.rejects(control.retry({ numbers: [1] }), { code: 'SPILL_UNSUPPORTED', message: /^this run delivers no effects/ })
})
