import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { decisionsOf, open, pay, send, stateOf, type TrainingRun } from '../../../test/training/training-run.ts'
import { startTime, DAY, HOUR, fraudPipeline, fraudHistory } from '../../../test/training/fraud-pipeline.ts'
import type { Train } from '../../index.ts'
import { metricsOf } from '../../training/metrics.ts'
import { challengesOf, promotionsOf, versionOf } from '../../training/registry/registry.ts'

const shadowing = (betterBy = 0): Train => ({
  algorithm: 'logistic',
  every: 'week',
  promote: { metric: 'auc', atLeast: 0.6, betterBy, shadow: '3d' },
})
const { chargebacks } = fraudHistory(40 * 24, { seed: 7 })

/** Events arrive at the ends of the days on which they are sent. */
const ends = [...Array.from({ length: 18 }, (_, day) => 23 + 24 * day), 18 * 24, 19 * 24, 20 * 24].map(hour => startTime + hour * HOUR)
const arrivalOf = (at: number): number => ends.find(end => end >= at) ?? Infinity

/** Both scores of decisions in (from, to], by hand. */
function byHand(driven: TrainingRun, from: number, to: number) {
  const rows = decisionsOf(driven).filter(({ t, challenger }) => challenger && t > from && t <= to)
  const isStolen = (id: unknown, t: number) => chargebacks.some(back => back.payment === id && arrivalOf(back.at) <= t + 2 * DAY)
  const labels = rows.map(({ id, t }) => Number(isStolen(id, t)))
  const of = (scores: (number | null)[]) =>
    metricsOf(
      Float64Array.from(scores, score => score ?? NaN),
      labels,
    )
  return { metrics: of(rows.map(({ challenger }) => challenger!.score)), champion: of(rows.map(({ score }) => score)) }
}

test('a version that meets its rule becomes challenger, and is promoted once settled decisions meet the rule too', async () => {
  const driven = open({ train: shadowing() })
  await send(driven, -1, 18 * 24)
  // The first version has no rival.
  assert.deepEqual(stateOf(driven), [
    [1, 'champion'],
    [2, 'challenger'],
  ])
  const [challenge] = challengesOf(driven.store, 'fraud')
  const decisions = decisionsOf(driven)
  for (const { entry, version, challenger } of decisions) {
    assert.equal(challenger?.version, entry > challenge.entry ? 2 : undefined)
    if (challenger) assert.ok(version === 1 && typeof challenger.score === 'number')
  }
  assert.ok(decisions.some(({ score, challenger }) => challenger && challenger.score !== score))
  // Labels are settled two days behind the three days of the shadow.
  await send(driven, 18 * 24, 20 * 24)
  await driven.to(20 * DAY + HOUR)
  const second = versionOf(driven.store, 'fraud', 2)!
  const { from, to, ...metrics } = second.shadowed!
  assert.deepEqual([from, to], [challenge.at, challenge.at + 3 * DAY])
  assert.ok(metrics.metrics.n > 48 && metrics.metrics.positives > 5)
  assert.deepEqual(metrics, byHand(driven, from, to))
  const isBetter = metrics.metrics.auc! >= metrics.champion.auc!
  assert.match(second.verdict!, /^beside what decided: auc 0\.\d+, the champion's 0\.\d+ on the same decisions: (better|worse) by/)
  assert.deepEqual(stateOf(driven), [
    [1, isBetter ? 'retired' : 'champion'],
    [2, isBetter ? 'champion' : 'rejected'],
  ])
  await driven.run.submit('payments', pay('x', startTime + 20 * DAY))
  const last = decisionsOf(driven).at(-1)!
  assert.deepEqual([last.version, last.challenger], [isBetter ? 2 : 1, undefined])
  assert.match(
    driven.reports[1],
    /^model 'fraud': version 2 \(trained on its schedule\) challenges the score in use: auc 0\.\d+, the champion's/,
  )
  assert.match(
    driven.reports[2],
    isBetter
      ? /^model 'fraud': version 2 .* is promoted over version 1: beside what decided: auc /
      : /^model 'fraud': the challenger is rejected: beside what decided: auc /,
  )
  assert.equal(driven.reports.length, 3)
  await driven.run.stop()
})

test('a challenger that is not better is rejected; no other challenges meanwhile', async () => {
  const driven = open({ train: shadowing() })
  await send(driven, -1, 14 * 24)
  const { run, store, to } = driven
  await to(14 * DAY + 1)
  const trained = run.train('fraud')
  await to(14 * DAY + 2)
  const third = await trained
  if (third.state === 'candidate') assert.match(third.verdict!, /version 2 challenges already$/)
  // A promotion by hand ends the challenge.
  await run.promote('fraud', 3, 'by hand')
  assert.deepEqual(stateOf(driven), [
    [1, 'retired'],
    [2, 'candidate'],
    [3, 'champion'],
  ])
  await run.submit('payments', pay('x', startTime + 14 * DAY))
  assert.deepEqual([decisionsOf(driven).at(-1)!.version, decisionsOf(driven).at(-1)!.challenger], [3, undefined])
  await to(20 * DAY)
  assert.equal(versionOf(store, 'fraud', 2)!.shadowed, undefined)
  await run.stop()
})

test('a crash at any commit of a challenge changes no decision and neither score', async () => {
  const first = open({ train: shadowing() })
  await send(first, -1, 13 * 24)
  const begins = first.store.disk.commits.length
  await send(first, 13 * 24, 20 * 24)
  await first.to(20 * DAY + HOUR)
  await first.run.submit('payments', pay('x', startTime + 20 * DAY))
  await first.run.whenIdle()
  const decisions = decisionsOf(first)
  const { commits, states } = first.store.disk
  for (let commitCount = begins; commitCount <= commits.length; commitCount++) {
    const again = open({
      train: shadowing(),
      disk: { commits: commits.slice(0, commitCount), states: new Map(states) },
      at: 20 * DAY + HOUR,
    })
    await again.to(20 * DAY + HOUR)
    const [promotions, challenges] = [promotionsOf(again.store, 'fraud'), challengesOf(again.store, 'fraud')]
    const before = new Map(decisions.map(one => [one.entry, one]))
    const committed = new Set(decisionsOf({ store: new ModelStore({ commits: commits.slice(0, commitCount) }) }).map(({ entry }) => entry))
    for (const one of decisionsOf(again)) {
      if (committed.has(one.entry)) assert.deepEqual(one, before.get(one.entry))
      const promoted = promotions.findLast(({ entry }) => entry < one.entry)
      const challenge = challenges.findLast(({ entry }) => entry < one.entry)
      const goesOn = challenge && challenge.version > 0 && challenge.entry > (promoted?.entry ?? -1)
      assert.deepEqual([one.version, one.challenger?.version], [promoted?.version, goesOn ? challenge.version : undefined])
    }
    if (commitCount === commits.length) assert.deepEqual(decisionsOf(again), decisions)
    await again.run.stop()
  }
  await first.run.stop()
})

test('if nothing scores after a change of features, no challenge is needed', async () => {
  const first = open({ train: shadowing() })
  await send(first, -1, 9 * 24)
  assert.deepEqual(stateOf(first), [[1, 'champion']])
  await first.run.stop()
  const { commits, states } = first.store.disk
  const changed = fraudPipeline(shadowing(), { window: '2d' })
  const again = open({ pipeline: changed, disk: { commits: [...commits], states: new Map(states) }, at: 9 * DAY })
  await again.to(9 * DAY)
  assert.deepEqual(stateOf(again), [
    [1, 'retired'],
    [2, 'champion'],
  ])
  await again.run.stop()
})
