/** The emitter over a data folder: counts while a run lives, the end of a run that failed, and a damaged state file. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { handTimers } from '../../test/action/receiver.ts'
import { catalog, violationsOf } from '../../test/openlineage/catalog.ts'
import { scratchFolder } from '../../test/scratch.ts'
import { pause } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { BATCH_RUNS } from '../batch/ledger.ts'
import { numberInName } from '../jobs/job-ledger.ts'
import { RunCounters } from '../run/loop/run-counters.ts'
import { closeDataFolder, openDataFolder } from '../log/sqlite/data-folder.ts'
import { LineageEmitter, type LineageEmitterOptions } from './lineage-emitter.ts'
import type { LineageReceiver } from './receivers.ts'
import type { RunEvent } from './run-event.ts'

/** An emitter over an empty data folder, whose events are collected. */
async function emitterOver(options: Partial<LineageEmitterOptions> = {}, data = scratchFolder('openlineage')) {
  await closeDataFolder(await openDataFolder(data))
  const events: RunEvent[] = []
  const reports: string[] = []
  const receiver: LineageReceiver = {
    name: 'catalog',
    send: async text => {
      events.push(JSON.parse(text) as RunEvent)
      return undefined
    },
  }
  const emitter = new LineageEmitter({
    ir: catalog.ir,
    data,
    target: { namespace: 'test', receiver },
    onReport: report => reports.push(report),
    ...options,
  })
  return { data, emitter, events, reports }
}

test('RUNNING events have the counts of the run so far', async () => {
  const { emitter, events } = await emitterOver({ runningEveryMs: 1 })
  const counts = new RunCounters()
  emitter.start({ counts, ended: Promise.resolve() })
  counts.bySource.set('payments', { accepted: 12, duplicates: 1 })
  const running = (): RunEvent | undefined =>
    events.find(({ eventType, job }) => eventType === 'RUNNING' && job.name === 'shop.ingest.payments')
  while (!running()) await pause(1)
  await emitter.stop()
  assert.deepEqual(violationsOf(running()!), [])
  assert.equal(events.findLast(({ job }) => job.name === 'shop.ingest.payments')!.outputs[0].outputFacets!.outputStatistics.rowCount, 12)
})

test('a run that failed ends with FAIL and its message, in all of its stages', async () => {
  const { emitter, events, data } = await emitterOver()
  const ended = Promise.reject(new Error('the disk is full'))
  emitter.start({ counts: new RunCounters(), ended })
  await ended.catch(() => {})
  await emitter.stop()
  const ends = events.filter(({ eventType }) => eventType !== 'START')
  assert.equal(ends.length, events.length / 2)
  for (const end of ends) {
    assert.equal(end.eventType, 'FAIL')
    assert.equal(end.run.facets.errorMessage.message, 'the disk is full')
    assert.deepEqual(violationsOf(end), [])
  }
  assert.deepEqual((JSON.parse(readFileSync(join(data, 'openlineage.json'), 'utf8')) as { readonly open: unknown }).open, [])
})

test('a stop without a start, and a second stop, send nothing more', async () => {
  const { emitter, events } = await emitterOver()
  await emitter.stop()
  await emitter.stop()
  emitter.notify()
  assert.deepEqual(events, [])
})

test('a damaged state file is reported, and begun again', async () => {
  for (const [content, expected] of [
    ['no json', /^openlineage\.json cannot be read \(.*\), and is begun again$/],
    ['{"format":"spillway-openlineage/9"}', /^openlineage\.json has an unknown format, and is begun again: /],
  ] as const) {
    const data = scratchFolder('openlineage')
    writeFileSync(join(data, 'openlineage.json'), content)
    const { emitter, events, reports } = await emitterOver({}, data)
    emitter.start({ counts: new RunCounters(), ended: Promise.resolve() })
    await emitter.stop()
    assert.match(reports.join('\n'), expected)
    assert.ok(events.some(({ eventType }) => eventType === 'COMPLETE'))
  }
})

test('a ledger that cannot be read is reported once; the run and its own events go on', async () => {
  const { emitter, events, reports, data } = await emitterOver()
  emitter.start({ counts: new RunCounters(), ended: Promise.resolve() })
  const log = new DatabaseSync(join(data, 'log.db'))
  log.exec('DROP TABLE value')
  log.close()
  for (let i = 0; i < 2; i++) {
    emitter.notify()
    await pause(2 * limits.OPENLINEAGE_LEDGER_MS)
  }
  await emitter.stop()
  assert.equal(reports.length, 1, reports.join('\n'))
  assert.match(reports[0], /^OpenLineage events of jobs are missing: /)
  assert.ok(events.some(({ eventType }) => eventType === 'COMPLETE'))
})

test('a start without a data folder is reported, and a stop after it sends nothing', async () => {
  const { emitter, events, reports } = await emitterOver({ data: join(scratchFolder('openlineage'), 'none') })
  emitter.start({ counts: new RunCounters(), ended: Promise.resolve() })
  emitter.notify()
  await emitter.stop()
  assert.equal(reports.length, 1, reports.join('\n'))
  assert.deepEqual(events, [])
})

test('ends of jobs that a full queue has dropped are sent from the ledger when the receiver is back', async () => {
  const sent: RunEvent[] = []
  let isAway = true
  const receiver: LineageReceiver = {
    name: 'catalog',
    send: async text => {
      if (isAway) throw new Error('away')
      sent.push(JSON.parse(text) as RunEvent)
      return undefined
    },
  }
  const timers = handTimers()
  const { data, emitter } = await emitterOver({ target: { namespace: 'test', receiver }, eventsMax: 4, after: timers.after })
  emitter.start({ counts: new RunCounters(), ended: Promise.resolve() })
  const log = new DatabaseSync(join(data, 'log.db'))
  for (const number of [1, 2, 3, 4, 5]) {
    const record = { number, group: 'year', began: 10, s: 5, state: 'done', ended: 20, done: { read: 1, keys: 1, bytes: 1 } }
    log.prepare('INSERT INTO value (name, value) VALUES (?, ?)').run(BATCH_RUNS + numberInName(number), JSON.stringify(record))
  }
  log.close()
  emitter.notify()
  await pause(3 * limits.OPENLINEAGE_LEDGER_MS)
  const acknowledged = () =>
    (JSON.parse(readFileSync(join(data, 'openlineage.json'), 'utf8')) as { readonly acknowledged: Record<string, number> }).acknowledged
  assert.equal(acknowledged()['batch-run'], 0, 'a dropped end is not acknowledged')
  isAway = false
  timers.fire()
  while (acknowledged()['batch-run'] !== 5) await pause(1)
  const ends = sent.filter(({ eventType, job }) => eventType === 'COMPLETE' && job.name === 'shop.batch-run.year')
  assert.equal(new Set(ends.map(({ run }) => run.runId)).size, 5)
  assert.equal(ends.length, 5, 'each once')
  await emitter.stop()
})
