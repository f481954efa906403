/** Trainings that drift requests, in runs over a world that shifts, or does not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookHere, trainHere } from '../../../test/batch/train-here.ts'
import { decisionsOf, open, problemsOf, stateOf, type TrainingRun, type Options } from '../../../test/training/training-run.ts'
import { driftHistory, sendDays, type DriftScenario } from '../../../test/training/drift-history.ts'
import { startTime, DAY, HOUR } from '../../../test/training/fraud-pipeline.ts'
import type { Train } from '../../index.ts'
import { driftStateOf, referenceOf, versionsOf } from '../../training/registry/registry.ts'
import { SpillwayError } from '../../base/errors.ts'

const watched = (more: object = {}): Train => ({ algorithm: 'logistic', orWhen: 'drift', ...more })
const driftOf = ({ store }: Pick<TrainingRun, 'store'>) => driftStateOf(store, 'fraud')
/** Days on which drift requested a training, with the reason. */
const driftTrainings = ({ store }: Pick<TrainingRun, 'store'>) =>
  versionsOf(store, 'fraud')
    .filter(({ why, trained }) => why === 'drift' && trained)
    .map(({ at, because }) => [(at - startTime) / DAY, because] as const)

/** Nine days, on which a version is trained that then scores; then the others. */
async function lived(moving: DriftScenario, train: Train, options: Options = {}): Promise<TrainingRun> {
  const days = driftHistory(moving)
  const driven = open({ train, ...options })
  await sendDays(driven, days, 0, 9)
  const trained = driven.run.train('fraud')
  await driven.to(9 * DAY + 2 * HOUR)
  await trained
  if (!stateOf(driven).some(([, state]) => state === 'champion')) await driven.run.promote('fraud', 1, 'by hand')
  await sendDays(driven, days, 9, moving.days)
  return driven
}

test('a shift is found and the model trained once within the cool-down, then more rarely while the shift stays', async () => {
  const driven = await lived({ days: 40, from: 12 }, watched())
  const [first, ...later] = driftTrainings(driven)
  assert.ok(first[0] > 12 && first[0] <= 16, String(first))
  assert.match(first[1]!, /^drift of amount: PSI \d+\.\d\d(, KS 0\.\d\d)?(; score: .*)?$/)
  // Nothing is promoted by hand, so the drift stays the same.
  assert.deepEqual(
    later.map(([day]) => day - first[0]),
    [7, 21],
  )
  assert.match(
    problemsOf(driven)[0],
    /^model 'fraud' is trained again, since drift was found at 2026-01-\d\dT00:00:00\.000Z: drift of amount: PSI/,
  )
  assert.equal(problemsOf(driven).length, 3)
  const state = driftOf(driven)!
  assert.deepEqual([state.at, state.version, state.due], [startTime + 40 * DAY, 1, undefined])
  assert.equal(state.rows.recent, 7 * 200)
  assert.equal(state.since, startTime + first[0] * DAY)
  const { inputs, recentFrom, thresholds } = state.findings!
  assert.deepEqual([inputs[0].name, recentFrom, thresholds.psi], ['amount', state.at - 7 * DAY, 0.2])
  assert.ok(inputs[0].quantiles!.recent.median > 1.2 * inputs[0].quantiles!.reference.median)
  await driven.run.stop()
})

test('NULLs and a falling metric request a training; each states its reason', async () => {
  const nulls = await lived({ days: 18, from: 12, kind: 'nulls' }, watched())
  assert.match(driftTrainings(nulls)[0][1]!, /^drift of (score: .*; )?amount: NULL \d\.\d % → \d\d\.\d %/)
  const labels = await lived({ days: 22, from: 10, kind: 'labels' }, watched({ promote: { metric: 'auc', atLeast: 0.75 } }))
  const [[day, because], ...others] = driftTrainings(labels)
  assert.match(because!, /^auc of \d{4} settled decisions is 0\.\d{4}, below 0\.7500$/)
  assert.ok(day > 12, `${day}`)
  assert.ok(others.every(([other]) => other - day >= 7))
  await Promise.all([nulls.run.stop(), labels.run.stop()])
})

test('a stationary world requests no training, for any seed', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const driven = await lived({ days: 20, seed }, watched({ promote: { metric: 'auc', atLeast: 0.7 } }))
    assert.deepEqual(driftTrainings(driven), [], `seed ${seed}`)
    const state = driftOf(driven)!
    assert.deepEqual([state.because, state.silent, state.at], [undefined, undefined, startTime + 20 * DAY], `seed ${seed}`)
    assert.deepEqual(problemsOf(driven), [])
    await driven.run.stop()
  }
})

test('a crash at any commit around a check leaves its training to be done exactly once', async () => {
  const driven = await lived({ days: 12, from: 10 }, watched())
  const begins = driven.store.disk.commits.length
  const days = driftHistory({ days: 18, from: 10 })
  await sendDays(driven, days, 12, 16)
  const { commits, states } = driven.store.disk
  const [[day]] = driftTrainings(driven)
  assert.equal(driftTrainings(driven).length, 1)
  const found = commits.findIndex(({ put }) => put?.some(([name, value]) => name === 'drift/fraud' && value?.includes('"due"')))
  assert.ok(found > begins, `${found} of ${commits.length}`)
  let brokenOff = 0
  // From the last event that arrived before it, decided or not.
  const arrived = commits.findLastIndex(({ segment }, i) => i < found && segment !== undefined)
  const undecided = commits.slice(0, arrived + 1).map((commit, i) => {
    const { decisions: _decisions, put = [], ...rest } = commit
    return i < arrived - 1 ? commit : { ...rest, put: put.filter(([name]) => name !== 'decided') }
  })
  for (let kept = arrived; kept <= commits.length; kept++) {
    const disk = { commits: kept === arrived ? undecided : commits.slice(0, kept), states: new Map(states) }
    const again = open({ train: watched(), disk, at: day * DAY + HOUR })
    await again.to(day * DAY + 2 * HOUR)
    assert.deepEqual(
      driftTrainings(again).map(([at]) => at),
      [day],
      `${kept} of ${commits.length}`,
    )
    assert.equal(driftOf(again)!.due, undefined)
    if (versionsOf(again.store, 'fraud').some(({ state }) => state === 'broken off')) brokenOff++
    await again.run.stop()
  }
  assert.ok(brokenOff > 0)
  await driven.run.stop()
})

test('a scheduled training on the same events prevents a second one; drift between two scheduled times requests one', async () => {
  // Mondays are days 14 and 21; checks find the shift first on a Monday or before.
  const driven = await lived({ days: 24, from: 15 }, watched({ every: 'week', promote: { metric: 'auc', atLeast: 0.6 } }))
  const versions = versionsOf(driven.store, 'fraud').map(({ why, at }) => [why, (at - startTime) / DAY] as const)
  const drift = versions.filter(([why]) => why === 'drift')
  assert.equal(drift.length, 1)
  assert.ok(drift[0][1] > 15 && drift[0][1] < 21, String(drift))
  assert.ok(versions.some(([why, day]) => why === 'schedule' && day === 21))
  assert.equal(new Set(versions.map(([, day]) => day)).size, versions.length)
  await driven.run.stop()
})

test('too few decisions give no result; the score of the definition, and a version without a reference, are compared with nothing', async () => {
  const few = await lived({ days: 14, perDay: 20, from: 10 }, watched())
  assert.match(driftOf(few)!.silent!, /^version 1 was trained on \d+ decisions, fewer than 1000$/)
  assert.deepEqual(driftTrainings(few), [])
  const recent = await lived({ days: 14, from: 10 }, watched({ orWhen: { drift: { recent: '1d' } } }))
  assert.equal(driftOf(recent)!.silent, '200 decisions, fewer than 1000')
  // A version from before the drift settings has no reference.
  const before = await lived({ days: 10 }, { algorithm: 'logistic' })
  const { commits, states } = before.store.disk
  assert.equal(referenceOf(before.store, 'fraud', 1), undefined)
  const after = open({ train: watched(), disk: { commits: [...commits], states: new Map(states) }, at: 11 * DAY })
  await after.to(11 * DAY + HOUR)
  assert.equal(driftOf(after)!.silent, 'version 1 has no summary of its training data: train another version')
  await Promise.all([few, recent, before, after].map(({ run }) => run.stop()))
})

test('a failed check is retried; a permanent failure waits for the next time', async () => {
  let [failures, code] = [2, undefined as 'SPILL_DATA' | undefined]
  const looking: Options['looking'] = store => async (job, signal) => {
    if (failures-- > 0) throw code === undefined ? new Error('no memory') : new SpillwayError(code, 'damaged')
    return lookHere(store)(job, signal)
  }
  const driven = await lived({ days: 10 }, watched(), { looking })
  assert.match(
    problemsOf(driven)[0],
    /^the drift check of model 'fraud' of 2026-01-15T00:00:00\.000Z failed, and it is tried again: no memory$/,
  )
  await driven.to(10 * DAY + 3 * HOUR)
  await driven.to(10 * DAY + 4 * HOUR)
  assert.equal(driftOf(driven)!.at, startTime + 10 * DAY)
  ;[failures, code] = [1, 'SPILL_DATA']
  await driven.to(11 * DAY + HOUR)
  await driven.to(11 * DAY + 2 * HOUR)
  assert.equal(failures, 0)
  const { silent, at, rows } = driftOf(driven)!
  assert.deepEqual([silent, at, rows], ['damaged', startTime + 11 * DAY, { reference: 0, recent: 0 }])
  assert.match(driven.reports.at(-1)!, /failed, and the next is made at its time: damaged$/)
  await driven.run.stop()
})

test('a training that drift requested and that cannot fit is not retried for ever', async () => {
  let fails = false
  const training: Options['training'] = store => async (job, signal) => {
    if (fails) throw new SpillwayError('SPILL_TRAINING', 'nothing to fit')
    return trainHere(store)(job, signal)
  }
  const days = driftHistory({ days: 18, from: 9 })
  const driven = await lived({ days: 10, from: 9 }, watched(), { training })
  fails = true
  await sendDays(driven, days, 10, 18)
  const versions = versionsOf(driven.store, 'fraud').filter(({ why }) => why === 'drift')
  assert.deepEqual(
    versions.map(({ state, error }) => [state, error]),
    [['failed', 'nothing to fit']],
  )
  assert.equal(driftOf(driven)!.due, undefined)
  assert.ok(decisionsOf(driven).at(-1)!.version === 1)
  await driven.run.stop()
})
