import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { computeHere } from '../../test/batch/compute-here.ts'
import { CollectedResults } from '../../test/batch/collected-results.ts'
import { batch, count, entity, features, pipeline, source, t } from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { openDataFolder, readDataFolder, type DataFolder } from '../log/sqlite/data-folder.ts'
import { Run } from '../run/loop/run.ts'
import { Strings } from '../columns/strings.ts'
import type { BatchJob } from './job.ts'
import { readResultBlocks } from './result.ts'
import { computeInThreads } from './threads.ts'

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
const PARTITIONS = 8

let folder: string
let data: DataFolder
let job: BatchJob
before(async () => {
  folder = scratchFolder('job')
  data = await openDataFolder(join(folder, 'data'))
  const run = new Run(pipeline('usual', [usual]), { store: data.store, clock: () => start })
  await run.submit(
    'payments',
    recordBatchOf(Array.from({ length: CARDS * 2 }, (_, i) => ({ card: `c${i % CARDS}`, amount: i, at: start }))),
  )
  job = { group, source: of, sources: ir.sources, asOf: start, cut: run.end }
  await run.stop()
  data.release()
})

const path = () => join(folder, 'data', 'log.db')
const spillFolder = () => join(folder, 'data', 'spill')
const never = new AbortController().signal

async function beside(of: BatchJob, { results = new CollectedResults(), threads = 1 } = {}): Promise<CollectedResults> {
  await computeInThreads(path(), { threads })(of, results, never)
  return results
}

async function here(of: BatchJob): Promise<CollectedResults> {
  const reader = readDataFolder(join(folder, 'data'))
  const results = new CollectedResults()
  await computeHere(reader)(of, results, never)
  reader.close()
  return results
}

test('a run in a thread of its own gives what it gives here, and again the same', async () => {
  const [one, two] = [await beside(job), await here(job)]
  assert.ok(one.stretches.get(0)!.length > 1, 'a part has several stretches')
  assert.deepEqual(one.bytesOf(0), two.bytesOf(0))
  assert.deepEqual(one.ended, two.ended)
  const { partitions, known, read, keys, bytes, hash } = one.sum
  assert.deepEqual([partitions, known, read, keys, bytes], [1, CARDS * 2, CARDS * 2, CARDS, one.bytesOf(0).length])
  assert.equal((await beside(job)).sum.hash, hash)
  const strings = new Strings()
  const read2 = [...readResultBlocks(one.bytesOf(0), group, of, strings, 'a result')]
  assert.deepEqual(strings.textOf(read2[1].keys[0].values[7]), strings.textOf(read2[1].features[1].values[7]))
  assert.equal(read2[0].features[2].values[0], CARDS)
})

test('any number of threads computes the same bytes, from spilled rows or the log; together the parts are the whole', async () => {
  const parted = { ...job, partitions: PARTITIONS }
  const [one, three, log] = [await beside(parted), await beside(parted, { threads: 3 }), await here(parted)]
  assert.deepEqual(one.parts, three.parts)
  assert.deepEqual(one.parts, log.parts)
  for (let partition = 0; partition < PARTITIONS; partition++) {
    assert.deepEqual(three.bytesOf(partition), one.bytesOf(partition))
    assert.deepEqual(log.bytesOf(partition), one.bytesOf(partition))
  }
  const rows = (results: CollectedResults) => {
    const strings = new Strings()
    return [...results.stretches.keys()].flatMap(partition =>
      [...readResultBlocks(results.bytesOf(partition), group, of, strings, 'a result')].flatMap(
        ({ length, keys: [key], features: [n, last, most] }) =>
          Array.from({ length }, (_, i) =>
            [strings.textOf(key.values[i]), n.values[i], strings.textOf(last.values[i]), most.values[i]].join(),
          ),
      ),
    )
  }
  assert.deepEqual(rows(one).sort(), rows(await beside(job)).sort())
  assert.equal(one.sum.keys, CARDS)
  assert.ok(
    one.parts.every(({ keys }) => keys > CARDS / PARTITIONS / 2),
    'the keys are spread',
  )
  assert.ok(!existsSync(spillFolder()), 'nothing that was set aside is left')
})

test('parts that are there are not made again', async () => {
  const parted = { ...job, partitions: PARTITIONS }
  const whole = await beside(parted)
  const rest = await beside(parted, { results: new CollectedResults(new Set([0, 1, 2, 4, 7])), threads: 2 })
  assert.deepEqual(
    rest.parts,
    whole.parts.filter(({ partition }) => [3, 5, 6].includes(partition)),
  )
  const none = await beside(parted, { results: new CollectedResults(new Set(Array.from({ length: PARTITIONS }, (_, i) => i))) })
  assert.deepEqual(none.ended, [])
})

test('of an earlier time it knows less, and of none nothing', async () => {
  const none = await beside({ ...job, asOf: start - 1 })
  assert.deepEqual([none.sum.known, none.sum.read, none.sum.keys], [0, 0, 0])
  const parted = await beside({ ...job, asOf: start - 1, partitions: 2 })
  assert.deepEqual([parted.sum.partitions, parted.sum.known, parted.sum.keys], [2, 0, 0])
})

class Rejecting extends CollectedResults {
  override write(): Promise<void> {
    return Promise.reject(new Error('the disk is full'))
  }
}

class Hanging extends CollectedResults {
  readonly #stop: () => void
  constructor(stop: () => void) {
    super()
    this.#stop = stop
  }
  override write(): Promise<void> {
    return new Promise(() => this.#stop())
  }
}

test('an error in a thread is reported with its code; an error here, or a stop, ends the run', async () => {
  const elsewhere = computeInThreads(join(folder, 'none.db'))
  await assert.rejects(elsewhere(job, new CollectedResults(), never), { code: 'SPILL_STORE' })
  for (const partitions of [1, 4]) {
    const some = { ...job, partitions }
    await assert.rejects(beside(some, { results: new Rejecting(), threads: 2 }), { message: 'the disk is full' })
    const stopping = new AbortController()
    const stopped = computeInThreads(path(), { threads: 2 })(some, new Hanging(() => stopping.abort()), stopping.signal)
    await assert.rejects(stopped, { code: 'SPILL_STOPPED' })
    await assert.rejects(computeInThreads(path())(some, new CollectedResults(), AbortSignal.abort()), { code: 'SPILL_STOPPED' })
  }
})

test('where rows cannot be set aside the run fails with the place', async () => {
  writeFileSync(spillFolder(), '')
  await assert.rejects(beside({ ...job, partitions: 2 }), { code: 'SPILL_STORE', message: /spill.* cannot be written: / })
  assert.ok(!existsSync(spillFolder()))
  mkdirSync(spillFolder())
  assert.equal((await beside({ ...job, partitions: 2 })).sum.keys, CARDS)
})

test('a thread that has made a run of one part makes the next one too', async () => {
  const compute = computeInThreads(path())
  const hashes: string[] = []
  for (let i = 0; i < 3; i++) {
    const results = new CollectedResults()
    await compute(job, results, never)
    hashes.push(results.sum.hash)
  }
  assert.equal(new Set(hashes).size, 1)
})

test('a result of which a byte fell over is damaged, and one that ends too early', () => {
  const strings = new Strings()
  const part = Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3)
  for (const bytes of [part, part.subarray(0, 5), part.subarray(0, 10)])
    assert.throws(() => [...readResultBlocks(bytes, group, of, strings, 'the result of run 1')], {
      code: 'SPILL_DATA',
      message: /the result of run 1 is not as it was written|damaged/,
    })
})
