/** A store filled by threads, stopped in the middle and resumed, equals one made at once; from a history in memory, and from a log. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { backfillTarget } from '../../src/batch/backfill/target.ts'
import { limits } from '../../src/base/limits.ts'
import { fillGap, findGap, type BackfillOptions, type BackfillHistory } from '../../src/batch/backfill/backfill.ts'
import { BackfillWorkers } from '../../src/batch/backfill/workers.ts'
import { historyOfLog } from '../../src/batch/backfill/histories.ts'
import { recordBatchOf } from '../../src/intake/record-batch.ts'
import { openDataFolder, readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { Run } from '../../src/run/loop/run.ts'
import { pipeline } from '../../src/index.ts'
import { byCard, nightly, shop, shopHistory, shopLog } from './shop.ts'
import { filesIn } from './store-contents.ts'

const folder = scratchFolder('threads')

const log = shopLog(5)
const target = backfillTarget(shop, undefined, { kind: 'events' }, 2 * 86_400_000)

const optionsOf = (history: BackfillHistory, name: string, threads: number): BackfillOptions => ({
  target,
  history,
  folder: join(folder, name),
  unit: 'day',
  threads,
  isMeasured: false,
  onThreadsFrom: 0,
})

function assertSame(name: string, other: string): void {
  const [one, two] = [name, other].map(each =>
    [...filesIn(join(folder, each))].map(([path, { bytes }]) => [path, bytes.toString('base64')]),
  )
  assert.deepEqual(one, two)
}

test('threads write the same files as one thread', async () => {
  const history = shopHistory(shop, log, 'day')
  const here = optionsOf(history, 'here', 1)
  const result = await fillGap(await findGap(here), here)
  const beside = optionsOf(history, 'beside', 2)
  const gap = await findGap(beside)
  assert.ok(gap.work.length > 5)
  const again = await fillGap(gap, beside)
  assert.deepEqual([again.files, again.hash], [result.files, result.hash])
  assertSame('here', 'beside')
})

test('threads that started before the history was read write the same files, and idle threads end', async () => {
  const large = join(folder, 'large.ndjson')
  writeFileSync(large, Buffer.alloc(limits.BACKFILL_THREADS_BYTES))
  const early = (threads: number, files = [large]): BackfillWorkers | undefined =>
    BackfillWorkers.startEarly(
      files.map(path => ({ path })),
      threads,
    )
  assert.deepEqual([early(1), early(2, []), early(2, [join(folder, 'missing')])], [undefined, undefined, undefined])
  const crew = early(2)!
  const options = { ...optionsOf(shopHistory(shop, log, 'day'), 'early', 2), workers: crew }
  const gap = await findGap(options)
  await fillGap(gap, options)
  assertSame('here', 'early')
  const unused = new BackfillWorkers(2)
  unused.close()
})

test('a stopped backfill keeps its finished files, and the next backfill writes the rest', async () => {
  for (const threads of [1, 2]) {
    const name = `stopped-${threads}`
    const stopping = new AbortController()
    const history = shopHistory(shop, log, 'day')
    const onProgress = (stage: string, share: number): void => void (stage.startsWith('filling') && share > 0.3 && stopping.abort())
    const options = { ...optionsOf(history, name, threads), onProgress }
    await assert.rejects(fillGap(await findGap(options), options, stopping.signal), { code: 'SPILL_STOPPED' })
    const whole = [...filesIn(join(folder, name)).keys()].filter(file => file.endsWith('.parquet'))
    const rest = optionsOf(history, name, threads)
    const filled = await fillGap(await findGap(rest), rest)
    const { size } = filesIn(join(folder, 'here'))
    assert.ok(whole.length > 10 && whole.length < size - 10, `${whole.length} of ${size} files were whole`)
    assert.equal(filled.files, size - 1 - whole.length)
    assertSame('here', name)
  }
})

test('an error in a thread rejects the backfill with its code, and the other threads end', async () => {
  const history = {
    ...shopHistory(shop, log, 'day'),
    from: () => ({ kind: 'log', data: join(folder, 'none'), sources: shop.sources, end: 1 }) as const,
  }
  const options = optionsOf(history, 'failed', 2)
  await assert.rejects(fillGap(await findGap(options), options), { code: 'SPILL_STORE' })
})

test('a backfill of a log in short segments writes the same files as one from memory', async () => {
  const running = pipeline('shop', [byCard, nightly])
  const data = join(folder, 'data')
  const opened = await openDataFolder(data)
  const events = log.filter(({ source }) => source === 'sales').slice(0, 80)
  let now = events[0].arrival
  const run = new Run(running, { store: opened.store, clock: () => now })
  for (const { arrival, row } of events) {
    now = arrival
    await run.submit('sales', recordBatchOf([{ ...row, amount: (row['amount'] as number) / 100 }]))
  }
  await run.stop()
  opened.release()
  const reader = readDataFolder(data)
  const own = backfillTarget(running.ir, undefined, { kind: 'events' }, 2 * 86_400_000)
  const arrived = events.map((event, i) => ({ ...event, offset: i }))
  const inMemory = { ...optionsOf(shopHistory({ ...shop, sources: [shop.sources[0]] }, arrived, 'day'), 'memory', 1), target: own }
  const ofLog = { ...optionsOf(historyOfLog(running, own, reader, data, 'day'), 'log', 2), target: own }
  await fillGap(await findGap(inMemory), inMemory)
  await fillGap(await findGap(ofLog), ofLog)
  reader.close()
  const [memory, stored] = ['memory', 'log'].map(name => [...filesIn(join(folder, name))].filter(([path]) => path.endsWith('.parquet')))
  assert.deepEqual(
    stored.map(([path, { bytes }]) => [path, bytes.toString('base64')]),
    memory.map(([path, { bytes }]) => [path, bytes.toString('base64')]),
  )
  assert.ok(stored.length > 20)
})
