import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewEffect } from '../../log/effects.ts'
import { EffectCounts } from './run-output.ts'

const effect = (number: number, isDry: boolean): NewEffect => ({
  number,
  action: 'page',
  id: `id${number}`,
  entry: 0,
  key: '"c"',
  t: 0,
  decidedAt: 0,
  due: undefined,
  body: '{}',
  isDry,
})

function watched() {
  const lines: string[] = []
  return {
    lines,
    counts: new EffectCounts(
      text => lines.push(text),
      number => (number === 2 ? 'page' : 'none'),
    ),
  }
}

test('a dead effect is printed with its action and the reason', () => {
  const { lines, counts } = watched()
  counts.addCreated([effect(1, false), effect(2, false)])
  counts.addSettled([
    { kind: 'delivered', number: 1, sent: 0, at: 0 },
    { kind: 'dead', number: 2, sent: 0, at: 0, why: 'status 500' },
  ])
  assert.deepEqual(lines, ["  effect 2 of 'page' is dead after its last attempt: status 500; see spillway effects --state dead"])
  assert.equal(counts.text(0), ', 2 effects (1 delivered, 1 dead, 0 waiting)')
})

test('a dry run prints its effects and sends none', () => {
  const { lines, counts } = watched()
  assert.equal(counts.text(0), '')
  counts.addCreated([effect(1, true)])
  assert.deepEqual([lines, counts.text(0)], [['  page would send {}'], ', 1 effect (none sent: a dry run)'])
})

test('the total is the sum of its parts: also for effects of an earlier process, and after a retry by hand', () => {
  const { counts } = watched()
  assert.equal(counts.text(2), ', 2 effects (0 delivered, 0 dead, 2 waiting)')
  counts.addSettled([
    { kind: 'dead', number: 1, sent: 0, at: 0, why: 'status 500' },
    { kind: 'delivered', number: 2, sent: 0, at: 0 },
  ])
  assert.equal(counts.text(0), ', 2 effects (1 delivered, 1 dead, 0 waiting)')
  counts.addSettled([{ kind: 'again', number: 1 }])
  assert.equal(counts.text(1), ', 2 effects (1 delivered, 0 dead, 1 waiting)')
  counts.addSettled([{ kind: 'delivered', number: 1, sent: 0, at: 0 }])
  assert.equal(counts.text(0), ', 2 effects (2 delivered, 0 dead, 0 waiting)')
  counts.addSettled([
    { kind: 'dead', number: 3, sent: 0, at: 0, why: 'status 500' },
    { kind: 'dropped', number: 3, at: 0, why: 'old' },
  ])
  assert.equal(counts.text(0), ', 2 effects (2 delivered, 0 dead, 0 waiting)')
})
