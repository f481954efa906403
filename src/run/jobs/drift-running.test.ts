/** A run in a data folder, with its threads, over a shifting world: it checks, trains, and repeats neither after a restart. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { driftHistory } from '../../../test/training/drift-history.ts'
import { startTime, DAY, HOUR, fraudPipeline } from '../../../test/training/fraud-pipeline.ts'
import { pause } from '../../base/clock.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'
import { driftStateOf, versionsOf } from '../../training/registry/registry.ts'
import { LiveRun } from '../loop/live-run.ts'

let folder: string
before(() => {
  folder = scratchFolder('drift')
})

test('drift is found, trained on and remembered, in a folder with threads', async () => {
  const shop = fraudPipeline({ algorithm: 'logistic', orWhen: 'drift' })
  const days = driftHistory({ days: 18, from: 11 })
  let now = startTime
  const reports: string[] = []
  const options = { clock: () => now, onReport: (report: string) => reports.push(report) }
  let running = await LiveRun.open(shop, folder, options)
  const reader = readDataFolder(folder)
  const state = () => driftStateOf(reader, 'fraud')
  const live = async (day: number) => {
    now = startTime + (day + 1) * DAY - 1
    for (const [source, rows] of Object.entries(days[day])) await running.run.submit(source, recordBatchOf(rows))
    now += HOUR
    const midnight = startTime + (day + 1) * DAY
    const isSeen = () => state()?.at === midnight && state()?.due === undefined
    if (day < 10) return
    while (!isSeen()) await pause(5)
  }
  for (let day = 0; day < 10; day++) await live(day)
  const trained = running.run.train('fraud')
  now++
  await trained
  await running.run.promote('fraud', 1, 'by hand')
  for (let day = 10; day < 16; day++) await live(day)
  const drifted = () => versionsOf(reader, 'fraud').filter(({ why }) => why === 'drift')
  assert.deepEqual(
    drifted().map(one => one.state),
    ['candidate'],
  )
  assert.match(drifted()[0].because!, /^drift of amount: PSI \d\.\d\d/)
  assert.equal(reports.filter(report => report.includes('is trained again')).length, 1)
  await running.stop()
  running = await LiveRun.open(shop, folder, options)
  for (let day = 16; day < 18; day++) await live(day)
  assert.equal(drifted().length, 1)
  assert.match(state()!.because!, /^drift of amount/)
  assert.equal(state()!.trainings, 1)
  reader.close()
  await running.stop()
})
