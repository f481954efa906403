import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFinishedEffect, type StoredEffect } from './effects.ts'

test('an effect is finished once nothing is left to deliver', () => {
  const finished = (state: StoredEffect['state']): boolean => isFinishedEffect({ state } as StoredEffect)
  assert.deepEqual((['delivered', 'dropped', 'dry'] as const).map(finished), [true, true, true])
  assert.deepEqual((['pending', 'dead'] as const).map(finished), [false, false])
})
