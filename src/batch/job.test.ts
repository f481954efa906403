import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { batch, count, entity, features, pipeline, source, t } from '../index.ts'
import { batchOf } from '../intake/batch.ts'
import { openFolder, type DataFolder } from '../log/sqlite/data-folder.ts'
import { Run } from '../run/run.ts'
import { Strings } from '../columns/strings.ts'
import { compute, type Job } from './compute.ts'
import { computeBeside } from './job.ts'
import { readParts } from './result.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.int(), at: t.timestamp() }, key: 'card', time: 'at' })
const usual = features('usual', {
  from: payments,
  entity: card,
  place: batch(),
  values: p => ({ n: count('1d'), last: p.card.last('1d'), most: p.amount.max('lifetime') }),
})
const { ir } = pipeline('usual', [usual])
const [group] = ir.groups
const [of] = ir.sources
const start = Date.parse('2026-01-01T00:00Z')
const CARDS = 5000

let folder: string
let data: DataFolder
let job: Job
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-job-'))
  data = await openFolder(join(folder, 'data'))
  const run = new Run(pipeline('usual', [usual]), { store: data.store, clock: () => start })
  await run.submit('payments', batchOf(Array.from({ length: CARDS * 2 }, (_, i) => ({ card: `c${i % CARDS}`, amount: i, at: start }))))
  job = { group, source: of, sources: ir.sources, s: start, cut: run.end }
  await run.stop()
  data.release()
})
after(() => rmSync(folder, { recursive: true }))

const path = () => join(folder, 'data', 'log.db')
const never = new AbortController().signal

test('a run in a thread of its own gives what it gives here, and again the same', async () => {
  const { readFolder } = await import('../log/sqlite/data-folder.ts')
  const reader = readFolder(join(folder, 'data'))
  const here = [...compute(reader, job)]
  reader.close()
  assert.ok(here.length > 1, 'a result has several parts')
  const parts: Uint8Array[] = []
  const done = await computeBeside(path())(job, async part => void parts.push(part), never)
  assert.deepEqual(Buffer.concat(parts), Buffer.concat(here))
  assert.deepEqual([done.known, done.read, done.keys, done.bytes], [CARDS * 2, CARDS * 2, CARDS, Buffer.concat(here).length])
  const again = await computeBeside(path())(job, async () => {}, never)
  assert.equal(again.hash, done.hash)
  const strings = new Strings()
  const read = [...readParts(Buffer.concat(parts), group, of, strings, 'a result')]
  assert.deepEqual(strings.textOf(read[1].keys[0].values[7]), strings.textOf(read[1].features[1].values[7]))
  assert.equal(read[0].features[2].values[0], CARDS)
})

test('of an earlier time it knows less, and of none nothing', async () => {
  const none = await computeBeside(path())({ ...job, s: start - 1 }, async () => assert.fail('there is no part'), never)
  assert.deepEqual([none.known, none.read, none.keys], [0, 0, 0])
})

test('what fails in the thread is told, with its code; what fails here, and an end, stop it', async () => {
  await assert.rejects(
    computeBeside(join(folder, 'none.db'))(job, async () => {}, never),
    { code: 'SPILL_STORE' },
  )
  await assert.rejects(
    computeBeside(path())(job, async () => Promise.reject(new Error('the disk is full')), never),
    { message: 'the disk is full' },
  )
  const stopping = new AbortController()
  const stopped = computeBeside(path())(job, () => new Promise(() => stopping.abort()), stopping.signal)
  await assert.rejects(stopped, { code: 'SPILL_STOPPED' })
})

test('a result of which a byte fell over is damaged, and one that ends too early', () => {
  const strings = new Strings()
  const part = Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3)
  for (const bytes of [part, part.subarray(0, 5), part.subarray(0, 10)])
    assert.throws(() => [...readParts(bytes, group, of, strings, 'the result of run 1')], {
      code: 'SPILL_DATA',
      message: /the result of run 1 is not as it was written|damaged/,
    })
})
