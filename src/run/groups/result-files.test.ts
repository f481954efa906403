/** Results of batch runs are files beside the log, and stay there whoever opens the folder. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { computeHere } from '../../../test/batch/compute-here.ts'
import { DrivenRun } from '../../../test/batch/driven-run.ts'
import { ModelStore, type Disk } from '../../../test/crash/model-store.ts'
import { scratchFolder } from '../../../test/scratch.ts'
import { batch, count, entity, every, features, hybrid, model, on, pipeline, rules, source, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { importHistories } from '../import/import.ts'
import { Run } from '../loop/run.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const of = { from: payments, entity: card, values: () => ({ n: count('1h') }) } as const
const usual = features('usual', { ...of, place: batch(every('1m'), { lasts: '0ms' }) })
const merged = features('merged', { ...of, place: hybrid(every('1m')) })
const watch = model('watch', {
  decide: on(payments),
  inputs: p => ({ usual: usual.of(p.card).n, merged: merged.of(p.card).n }),
  score: () => rules([], 0),
})
const pay = pipeline('pay', [watch])
const start = Date.parse('2026-01-01T00:00Z')
const folder = scratchFolder('result-files')

/** A folder with results of both groups. */
async function stopped(): Promise<Disk> {
  const { run, store, to } = new DrivenRun(pay, { start, now: 0 })
  for (let minute = 0; minute < 3; minute++) {
    await run.submit('payments', recordBatchOf([{ card: 'a', at: start + minute * 60_000 }]))
    await to((minute + 1) * 60_000 + 1)
  }
  await run.stop()
  return store.disk
}

const later = start + 600_000

const openings: Record<string, (store: ModelStore) => Promise<unknown>> = {
  'a run that makes batch runs': store => new Run(pay, { store, clock: () => later, compute: computeHere(store) }).stop(),
  'a run that makes none': store => new Run(pay, { store, clock: () => later }).stop(),
  'an import of history': store => {
    const path = join(folder, 'later.ndjson')
    writeFileSync(path, JSON.stringify({ card: 'b', at: later }))
    return importHistories(pay, { store, files: [{ source: 'payments', path }] })
  },
}

const resultsOn = ({ states }: Disk): string[] => [...states!.keys()].filter(file => file.startsWith('run-'))

for (const [name, opening] of Object.entries(openings))
  test(`${name} leaves the files of all results that are in use`, async () => {
    const disk = await stopped()
    const before = resultsOn(disk)
    // For each group the result that it serves, and the previous one.
    assert.equal(before.length, 4)
    await opening(new ModelStore(disk, true))
    assert.deepEqual(resultsOn(disk), before)
    const store = new ModelStore(disk, true)
    const reports: string[] = []
    const run = new Run(pay, { store, clock: () => later, compute: computeHere(store), onReport: report => reports.push(report) })
    await run.stop()
    assert.deepEqual(reports, [])
  })
