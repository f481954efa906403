import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DriftIR } from '../../define/ir/train-ir.ts'
import { driftStateOf, type DriftState } from '../../training/registry/registry.ts'
import type { NamedValues, NamedWrite } from '../../log/store.ts'
import type { DriftCheckResult } from './drift-job.ts'
import { DriftSchedule } from './drift-schedule.ts'

const DAY = 86_400_000
const ir: DriftIR = { kind: 'drift', look: DAY, recent: 7 * DAY, cooldown: 3 * DAY, psi: 0.2, ks: 0.2, nulls: 0.1, rows: 1000 }
const drifted: DriftCheckResult = { rows: { reference: 1, recent: 1 }, because: 'drift of a: PSI 1.00' }
const still: DriftCheckResult = { rows: { reference: 1, recent: 1 } }
const silent: DriftCheckResult = { ...still, silent: 'too few' }

/** A store of committed values. */
function stored() {
  const values = new Map<string, string>()
  const store: NamedValues = { get: name => values.get(name), named: () => [] }
  const commit = (...puts: readonly NamedWrite[]) => {
    for (const [name, value] of puts) values.set(name, value!)
  }
  const state = (): DriftState => driftStateOf(store, 'm')!
  const open = (of = ir, horizon = 0) => new DriftSchedule(store, 'm', of, horizon)
  return { store, commit, state, open }
}

test('a check is due at each multiple of its period, once, whatever restarts in between', () => {
  const { open, commit } = stored()
  const watch = open()
  assert.equal(watch.checkDue(10.5 * DAY), 10 * DAY)
  commit(watch.recordCheck(10 * DAY, 1, still, -Infinity))
  assert.equal(watch.checkDue(10.9 * DAY), undefined)
  assert.equal(open().checkDue(10.9 * DAY), undefined)
  // Of missed checks, the last.
  assert.equal(open().checkDue(14.2 * DAY), 14 * DAY)
})

/** Checks on these days, each training done at once; returns the days that requested one. */
function trainingTimes(looks: readonly DriftCheckResult[], of = ir, horizon = 0): number[] {
  const { open, commit } = stored()
  return looks.flatMap((look, day) => {
    // A restart between any two of them.
    commit(open(of, horizon).recordCheck(day * DAY, 1, look, -Infinity))
    const { due } = open(of, horizon)
    commit(...open(of, horizon).recordTraining(due?.at ?? -Infinity))
    assert.equal(open(of, horizon).due, undefined)
    return due ? [day] : []
  })
}

test('persistent drift requests training again after the cool-down, then after twice as long each time', () => {
  assert.deepEqual(trainingTimes(Array.from({ length: 50 }, () => drifted)), [0, 3, 9, 21, 45])
})

test('a check without drift resets the cool-down, a silent one does not; two trainings are never closer than the cool-down', () => {
  const days = Array.from({ length: 30 }, (_, day) => (day === 10 ? still : drifted))
  assert.deepEqual(trainingTimes(days), [0, 3, 9, 12, 15, 21])
  const unsaid = Array.from({ length: 30 }, (_, day) => (day === 10 ? silent : drifted))
  assert.deepEqual(trainingTimes(unsaid), [0, 3, 9, 21])
  assert.deepEqual(trainingTimes([drifted, still, drifted, drifted, drifted]), [0, 3])
})

test('the default cool-down is a week or the horizon of the label, and its growth is bounded', () => {
  const { cooldown: _, ...without } = ir
  const always = Array.from({ length: 30 }, () => drifted)
  assert.deepEqual(trainingTimes(always, without, DAY), [0, 7, 21])
  assert.deepEqual(trainingTimes(always, without, 10 * DAY), [0, 10])
  const { open, commit } = stored()
  const gaps = Array.from({ length: 12 }, () => {
    const before = Math.max(0, open().restsUntil)
    const watch = open()
    commit(watch.recordCheck(before, 1, drifted, -Infinity))
    commit(...watch.recordTraining(Infinity))
    return (open().restsUntil - before) / (3 * DAY)
  })
  assert.deepEqual(gaps, [1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64, 64])
})

test('a waiting training is neither requested again nor forgotten; what was already learned requests none', () => {
  const { open, commit, state } = stored()
  commit(open().recordCheck(DAY, 2, drifted, -Infinity))
  assert.deepEqual(open().due, { at: DAY, because: drifted.because })
  commit(open().recordCheck(2 * DAY, 2, drifted, -Infinity))
  commit(open().recordCheck(3 * DAY, 2, still, -Infinity))
  assert.deepEqual(open().due, { at: DAY, because: drifted.because })
  assert.deepEqual(open().recordTraining(DAY - 1), [])
  commit(...open().recordTraining(DAY))
  assert.equal(open().due, undefined)
  // A training of Monday at midnight learned from all that the check of that time saw.
  commit(open().recordCheck(30 * DAY, 2, drifted, 30 * DAY))
  assert.equal(open().due, undefined)
  assert.deepEqual([state().requestedAt, state().because], [30 * DAY, drifted.because])
})
