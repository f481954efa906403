/** Imported history is not censored: its decisions meet the condition of an action, but no action answered them. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { chargebacks, DAY, fraudHistory, payments, startTime } from '../../../test/training/fraud-pipeline.ts'
import { decisionsOf, open, send } from '../../../test/training/training-run.ts'
import { limits } from '../../base/limits.ts'
import { Strings } from '../../columns/strings.ts'
import { action, answer, labelFrom, linear, model, on, pipeline } from '../../index.ts'
import { decodeDecisions } from '../decide/decision-codec.ts'
import { importHistories } from '../import/import.ts'
import { trainFromLog } from '../jobs/training-job.ts'
import { censoredPositions } from './censoring.ts'
import { recordedLabels } from './recorded-labels.ts'

const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, shop: p.shop }),
  score: linear({ intercept: 0, weights: { amount: { weight: 1, ifNull: 0 } } }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d', censoredBy: 'decline' }),
  train: { algorithm: 'logistic' },
})
const decline = action('decline', { when: fraud.score.gt(80), reply: 'inline', do: answer({ decision: 'decline' }) })
const shop = pipeline('shop', [fraud, decline])

/** A store with an imported history of some days. */
async function importedDays(days: number): Promise<ModelStore> {
  const folder = scratchFolder('imported-history')
  const history = fraudHistory(days * 24, { seed: 3 })
  const files = (['payments', 'chargebacks'] as const).map(name => {
    const path = join(folder, `${name}.ndjson`)
    const rows = history[name].filter(({ at }) => at < startTime + days * DAY)
    writeFileSync(path, rows.map(row => `${JSON.stringify({ ...row, at: new Date(row.at).toISOString() })}\n`).join(''))
    return { source: name, path }
  })
  const store = new ModelStore({ commits: [], states: new Map() }, true)
  await importHistories(shop, { store, files, clock: () => startTime + days * DAY })
  return store
}

function labelsOf(store: ModelStore) {
  const strings = new Strings()
  const batches = [...store.decisionsFrom('fraud', 0)].map(({ bytes }) => {
    const { keys: key, ids: id, ...columns } = decodeDecisions(bytes, strings)
    return { ...columns, key, id }
  })
  return recordedLabels(shop.ir, shop.ir.models[0], store, batches, strings, startTime + 30 * DAY).labels
}

test('no label of imported history is censored, in labels and in a training', async () => {
  const store = await importedDays(12)
  const { hidden, chances } = censoredPositions(shop.ir, shop.ir.models[0], store)!
  assert.deepEqual([hidden.size, chances.size], [0, 0])
  assert.equal(labelsOf(store).counts.censored, 0)
  const cut = store.lastSegment()!.first + store.lastSegment()!.entries
  const { report } = await trainFromLog(store, { ir: shop.ir, model: 'fraud', at: startTime + 12 * DAY, cut, champion: undefined })
  assert.equal(report.set.censored, 0)
})

test('decisions of a run after an import are censored as without the import', async () => {
  const { disk } = await importedDays(12)
  const driven = open({ pipeline: shop, disk, at: 12 * DAY })
  await send(driven, 12 * 24, 20 * 24)
  const all = decisionsOf(driven)
  const declined = all.filter(({ t, score }) => t > startTime + 12 * DAY && score !== null && score > 80)
  assert.ok(declined.length > 10 && all.filter(({ score }) => score! > 80).length > declined.length + 10)
  const positions = declined.map(({ position }) => position!.partition * limits.OFFSET_MAX + position!.offset)
  assert.deepEqual([...censoredPositions(shop.ir, shop.ir.models[0], driven.store)!.hidden], positions)
  assert.equal(labelsOf(driven.store).counts.censored, declined.length)
  await driven.run.stop()
})
