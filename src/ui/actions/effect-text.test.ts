import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EffectAnswer, EffectStateName } from '../core/answers.ts'
import { limits } from '../../base/limits.ts'
import {
  attemptText,
  earlierOfKey,
  omittedText,
  pastDeadline,
  receiverText,
  RETRY_NOTE,
  shownText,
  UNSETTLED_SHOWN,
  unsettledFirst,
  unshownTexts,
} from './effect-text.ts'

const effect = (number: number, state: EffectStateName): EffectAnswer => ({
  number,
  state,
  action: 'block',
  id: '',
  entry: 1,
  key: 'c',
  t: 0,
  decidedAt: 0,
  attempts: 1,
})

test('dead effects come first, then pending ones, then the newest, each once and as last read', () => {
  const lists = [[effect(2, 'dead')], [effect(1, 'pending'), effect(3, 'pending')], [effect(3, 'delivered'), effect(4, 'delivered')]]
  assert.deepEqual(
    unsettledFirst(lists).map(({ number, state }) => `${number} ${state}`),
    ['2 dead', '1 pending', '4 delivered', '3 delivered'],
  )
  assert.equal(shownText(2, undefined), '2 effects: dead and pending ones first, then the newest.')
  assert.equal(shownText(1, 'dead'), 'The newest 1 effect, newest first.')
})

test('many pending effects do not push the others off the page; their count says so', () => {
  const pending = Array.from({ length: 50 }, (_, i) => effect(i + 10, 'pending'))
  const shown = unsettledFirst([[], pending, [effect(1, 'delivered')]])
  assert.deepEqual([shown.length, shown[0].number, shown.at(-1)!.number], [UNSETTLED_SHOWN + 1, 59, 1])
  const counts = [
    { action: 'block', state: 'pending', effects: 50 },
    { action: 'block', state: 'delivered', effects: 1000 },
  ] as const
  assert.deepEqual(unshownTexts(shown, counts), [{ state: 'pending', text: '20 of 50 pending are shown' }])
  assert.deepEqual(unshownTexts(shown, [{ ...counts[0], effects: 20 }]), [])
})

test('a pending effect waits for the first pending one of its action and key, where the key is known', () => {
  const of = (number: number, key: unknown, action = 'block') => ({ ...effect(number, 'pending'), key, action })
  const waits = earlierOfKey([of(1, 'a'), of(2, 'b'), of(3, 'a'), of(4, 'a', 'tell'), of(5, 'a'), of(6, '***'), of(7, '***')])
  assert.deepEqual(
    [...waits],
    [
      [3, 1],
      [5, 1],
    ],
  )
})

test('pending effects past their deadline are counted from the newest alone, unless all of these have time left', () => {
  const due = (...times: readonly number[]) => times.map(time => ({ due: time }))
  assert.equal(pastDeadline(due(5, 6, 20, 30), 118, 10), 116)
  assert.equal(pastDeadline(due(20, 30), 2, 10), 0)
  assert.equal(pastDeadline(due(20, 30), 118, 10), undefined)
  assert.equal(pastDeadline([{}, {}], 2, 10), 0, 'without a deadline')
})

test('a change says which effects it has left out, with the reason of the first', () => {
  assert.equal(omittedText([]), '')
  const reasons = ['effect 7 is delivered; only dead effects can be retried or dropped', 'effect 9 is pending']
  assert.equal(
    omittedText([7, 9].map((number, i) => ({ number, reason: reasons[i] }))),
    ' Left out: 7, 9; effect 7 is delivered; only dead effects can be retried or dropped.',
  )
})

test('an effect says what has failed, since when, and what follows', () => {
  const pending = { state: 'pending', attempts: 4, why: 'timed out', began: 0, next: 188_000 } as const
  assert.equal(attemptText(pending, 15, 180_000), 'attempt 4 of 15 failed: timed out; first tried 3 min ago; next attempt in 8 s')
  assert.match(attemptText(pending, 15, 190_000), /; next attempt now$/)
  assert.equal(attemptText({ state: 'pending', attempts: 0 }, 15, 0), 'not tried yet')
  assert.equal(attemptText({ state: 'pending', attempts: 0 }, 15, 0, 812), 'not tried yet: waits for effect 812 of its key')
  assert.match(attemptText({ ...pending, began: 184_000 }, 15, 180_000), /; first tried just now;/, 'the clocks differ')
  assert.equal(attemptText({ state: 'pending', attempts: 0, began: 5 }, 15, 0), 'waits for an attempt', 'retried by hand')
  assert.equal(attemptText({ state: 'dead', attempts: 15, why: 'HTTP 500' }, 15, 0), 'attempt 15 of 15 failed: HTTP 500')
  assert.equal(attemptText({ state: 'dead', attempts: 17 }, 15, 0), 'attempt 17 failed', 'the definition allowed more')
  assert.equal(attemptText({ state: 'delivered', attempts: 1 }, 15, 0), '')
  assert.equal(attemptText({ state: 'delivered', attempts: 3 }, 15, 0), 'after 3 attempts')
  assert.equal(receiverText('function'), 'a function of the pipeline')
})

test('the note states the waits of the run', () => {
  const first = limits.BACKOFF_FIRST_MS / 1000
  const [longest, requested] = [limits.BACKOFF_MS_MAX / 60_000, (limits.RETRY_AFTER_MS_MAX * 1.2) / 60_000]
  assert.ok(RETRY_NOTE.includes(`after ${first} s, then after pauses that double up to ${longest} min, or up to ${requested} min`))
})
