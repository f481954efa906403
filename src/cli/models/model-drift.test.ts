/** Drift of a trained model on stationary data: a promotion is not drift. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { driftHistory } from '../../../test/training/drift-history.ts'
import { startTime, DAY, HOUR, fraudPipeline } from '../../../test/training/fraud-pipeline.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { driftText } from './drift.ts'
import { measureModelDrift, type DriftRequest } from '../../operate/model-drift.ts'

const ask: DriftRequest = {
  path: 'pipeline.ts',
  model: 'fraud',
  since: 3 * DAY,
  reference: Infinity,
  trainingSet: undefined,
  thresholds: {},
  metric: { metric: 'auc', bound: 0.5 },
}

test('the first promotion is not score drift, and a metric without a value has a reason', async () => {
  const shop = fraudPipeline({ algorithm: 'logistic', promote: 'by hand' })
  const [{ ir }, folder] = [shop, scratchFolder('promoted')]
  let now = startTime
  const running = await LiveRun.open(shop, folder, { clock: () => now })
  const reader = readDataFolder(folder)
  const shares: number[] = []
  const onProgress = (_: string, share: number) => void shares.push(share)
  const drift = () => measureModelDrift(ir, ir.models[0], reader, { ...ask, onProgress })
  const days = driftHistory({ days: 16 })
  const live = async (from: number, to: number) => {
    for (let day = from; day < to; day++) {
      now = startTime + (day + 1) * DAY - 1
      for (const [source, rows] of Object.entries(days[day])) await running.run.submit(source, recordBatchOf(rows))
      now += HOUR
    }
  }
  try {
    await live(0, 10)
    const before = await drift()
    assert.deepEqual([shares.at(-1), shares.toSorted((a, b) => a - b)], [1, shares])
    assert.deepEqual([before.drifted, before.scores.version, before.score], [false, null, undefined])
    assert.match(driftText(before), /^auc +– +0\.5 +0 +no settled decision has a score$/m)
    assert.doesNotMatch(driftText(before), /NaN/)

    const trained = running.run.train('fraud')
    now++
    await trained
    await running.run.promote('fraud', 1, 'by hand')
    await live(10, 12)
    const mixed = await drift()
    // The version has scored two of the recent days, and no day before.
    assert.deepEqual(mixed.scores, { version: 1, reference: 0, recent: 400 })
    assert.deepEqual([mixed.drifted, mixed.score], [false, undefined])
    assert.match(
      driftText(mixed),
      /^score: version 1 scored 400 of the recent decisions and 0 of those before; the scores are not compared$/m,
    )

    await live(12, 16)
    const settled = await drift()
    assert.deepEqual(settled.scores, { version: 1, reference: 400, recent: 800 })
    assert.deepEqual([settled.drifted, settled.score!.nulls], [false, { reference: 0, recent: 0 }])
    assert.match(driftText(settled), /^score: of version 1 alone, which scored 400 of the 2,400 decisions before$/m)
  } finally {
    reader.close()
    await running.stop()
  }
})
