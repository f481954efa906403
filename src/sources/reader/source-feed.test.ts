import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbers, sourceOf, decidedNumbers, openNumbersRun } from '../../../test/postgres/numbers-run.ts'
import { pause } from '../../base/clock.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Fault } from '../../intake/rejection.ts'
import { feedSource, positionName, startText, type FeedOptions, type FeedTarget } from './source-feed.ts'
import type { ReadBatch, ReadContext, SourceReader } from './source-reader.ts'

const { name } = sourceOf(numbers)
const row = (n: number) => ({ who: 'w', n, at: n })
const options = (more: Partial<FeedOptions> = {}): FeedOptions => ({
  follow: true,
  signal: new AbortController().signal,
  onWarning: () => {},
  stopMs: 50,
  ...more,
})
const readerOf = (read: (context: ReadContext) => AsyncIterable<ReadBatch>): SourceReader => ({ name: 'rows', read })
const forever = (): Promise<never> => new Promise(() => {})

test('a position is committed with its records, under the names of source and reader', async () => {
  const { store, run } = openNumbersRun()
  const committed: string[] = []
  const reader: SourceReader = {
    ...readerOf(async function* ({ assign }) {
      assign(['0', '1'])
      yield { records: [row(1)], position: 'x', partition: '0' }
      yield { records: [row(2), row(3)], position: 'y', partition: '1' }
      yield { records: [], position: 'z', partition: '0' }
    }),
    onCommitted: (position, partition) => void committed.push(`${partition}${position}`),
  }
  await feedSource(run, name, reader, options())
  assert.deepEqual(decidedNumbers(store), [1, 2, 3])
  assert.deepEqual(
    [run.committedPosition('rows=rows#0'), run.committedPosition(positionName(name, 'rows', '1')), run.committedPosition('rows=rows')],
    ['z', 'y', undefined],
  )
  assert.deepEqual(committed, ['0x', '1y', '0z'])
  await run.stop()
})

test('the text of the start is that of the reader, or its name and position', async () => {
  const { run } = openNumbersRun()
  const reader = readerOf(async function* () {
    yield { records: [row(1)], position: '12' }
  })
  assert.equal(startText(run, name, reader), 'rows: rows from the beginning')
  await feedSource(run, name, reader, options())
  assert.equal(startText(run, name, reader), 'rows: rows after 12')
  assert.equal(startText(run, name, { ...reader, describe: position => `at ${position}` }), 'rows: at 12')
  await run.stop()
})

test('a rejected record names its place: the reader, the position before it, and its number', async () => {
  const { store, run } = openNumbersRun()
  const reader = readerOf(async function* () {
    yield { records: [row(1), { n: 'x' }], position: 'p' }
    yield { records: [5], position: 'q' }
  })
  await feedSource(run, name, reader, options())
  assert.deepEqual(
    store.dead.map(({ place }) => place),
    ['rows record 2', 'rows after p record 1'],
  )
  await run.stop()
})

test('records that could not be decoded have a position of their own too', async () => {
  const { run } = openNumbersRun()
  const undecodable = [new Fault('no JSON').at('line 2', '{')]
  const reader = readerOf(async function* () {
    yield { records: [row(1)], position: '1' }
    yield { records: { ...recordBatchOf([]), undecodable }, position: '1' }
  })
  await assert.rejects(feedSource(run, name, reader, options()), {
    code: 'SPILL_CONTRACT',
    message: /clause 'position'.*the position '1' of the records before them/,
  })
  await run.stop()
})

test('a generator knows after whenCommitted that its batches are durable', async () => {
  const { store, run } = openNumbersRun(numbers, undefined, false)
  const positions: (string | undefined)[] = []
  const reader = readerOf(async function* ({ committedPosition, whenCommitted }) {
    yield { records: [row(1)], position: '1' }
    positions.push(committedPosition())
    await whenCommitted()
    positions.push(committedPosition())
  })
  const reading = feedSource(run, name, reader, options())
  while (store.waiting === 0) await pause(1)
  const syncing = (async () => {
    for (let over = false; !over;) {
      store.sync(1)
      over = await Promise.race([reading.then(() => true), pause(1).then(() => false)])
    }
  })()
  await reading
  await syncing
  assert.deepEqual(positions, [undefined, '1'])
})

test('a batch that waits for room is given up with its partition, and read again when that comes back', async () => {
  const { store, run } = openNumbersRun()
  const { promise: room, resolve: openRoom } = Promise.withResolvers<void>()
  const roomRequest = Promise.withResolvers<void>()
  let isOpen = false
  const target: FeedTarget = {
    submit: (...records) => run.submit(...records),
    committedPosition: name => run.committedPosition(name),
    whenRoom: async () => {
      roomRequest.resolve()
      if (!isOpen) await room
    },
  }
  let revoked: ReadContext['revoke'] | undefined
  const reader = readerOf(async function* ({ assign, revoke, committedPosition }) {
    assign(['0', '1'])
    revoked = revoke
    yield { records: [row(1)], position: 'x', partition: '0' }
    yield { records: [row(2)], position: 'y', partition: '1' }
    assign(['0'])
    assert.equal(committedPosition('0'), undefined)
    yield { records: [row(1)], position: 'x', partition: '0' }
  })
  const feeding = feedSource(target, name, reader, options())
  await roomRequest.promise
  await revoked!(['0'])
  isOpen = true
  openRoom()
  await feeding
  assert.deepEqual(decidedNumbers(store), [2, 1])
  await run.stop()
})

test('a reader that does not end, or does not close, is named, and the feed ends', async () => {
  for (const [clause, reader] of [
    [
      'abort',
      readerOf(async function* () {
        yield { records: [row(1)], position: '1' }
        await forever()
      }),
    ],
    ['close', { ...readerOf(async function* () {}), close: forever }],
  ] as const) {
    const { run } = openNumbersRun()
    const stop = new AbortController()
    const reading = feedSource(run, name, reader, options({ signal: stop.signal }))
    reading.catch(() => {})
    await pause(1)
    stop.abort()
    await assert.rejects(reading, {
      code: 'SPILL_CONTRACT',
      message: new RegExp(`^source 'rows': reader 'rows' broke clause '${clause}'.*still busy 50 ms`),
    })
    await run.stop()
  }
})

test('reading ends with its own error if closing the reader fails too, and that error is a warning', async () => {
  const { run } = openNumbersRun()
  const warnings: string[] = []
  const reader: SourceReader = {
    ...readerOf(async function* () {
      yield { records: [row(1)], position: '1' }
      throw new Error('the table is gone')
    }),
    close: () => Promise.reject(new Error('no connection')),
  }
  await assert.rejects(feedSource(run, name, reader, options({ onWarning: warning => warnings.push(warning) })), {
    code: 'SPILL_SOURCE',
    message: "source 'rows': reader 'rows' failed: the table is gone",
  })
  assert.equal(warnings.length, 1)
  assert.match(warnings[0], /^source 'rows': reader 'rows' broke clause 'close'.*it threw no connection$/)
  await run.stop()
})

test('a run that fails ends reading with its error', async () => {
  const { store, run } = openNumbersRun(numbers, undefined, false)
  const reader = readerOf(async function* ({ signal }) {
    yield { records: [row(1)], position: '1' }
    while (!signal.aborted) await pause(1)
  })
  const reading = feedSource(run, name, reader, options())
  reading.catch(() => {})
  run.ended.catch(() => {})
  while (store.waiting === 0) await pause(1)
  store.fail()
  await assert.rejects(reading)
})

test('a value that is no reader is named', async () => {
  const { run } = openNumbersRun()
  for (const [value, clause] of [
    [{}, 'name'],
    [{ name: 'rows' }, 'batch'],
    [{ name: '', read: () => {} }, 'name'],
  ] as const)
    await assert.rejects(feedSource(run, name, value as never, options()), {
      code: 'SPILL_CONTRACT',
      message: new RegExp(`clause '${clause}'`),
    })
})
