/** Readers that break one clause each, made from a reader that keeps the contract. */
import type { ReadBatch, ReadContext, ReaderClause, ReaderLag, SourceReader } from '../../src/sources/reader/source-reader.ts'
import { TOPIC_BATCH } from './memory-topic.ts'

/** Changes the reader of a topic. */
export type Fault = (reader: SourceReader) => SourceReader

const forever = (): Promise<never> => new Promise(() => {})

/** The reader with a different `read`, which gets the batches of the reader. */
const reading =
  (read: (batches: AsyncIterable<ReadBatch>, context: ReadContext) => AsyncIterable<unknown>): Fault =>
  reader => ({ ...over(reader), read: context => read(reader.read(context), context) as AsyncIterable<ReadBatch> })

/** The reader with each batch changed. */
const giving = (change: (batch: ReadBatch, number: number) => unknown): Fault =>
  reading(async function* (batches) {
    let number = 0
    for await (const batch of batches) yield change(batch, number++)
  })

const over = (reader: SourceReader): SourceReader => ({ name: reader.name, read: context => reader.read(context) })

const withContext =
  (change: (context: ReadContext) => Partial<ReadContext>): Fault =>
  reader => ({ ...over(reader), read: context => reader.read({ ...context, ...change(context) }) })

const moved = (by: number): Fault =>
  withContext(({ committedPosition }) => ({
    committedPosition: partition => {
      const saved = committedPosition(partition)
      return saved === undefined ? undefined : String(Number(saved) + by)
    },
  }))

/** The reader with a different `close`, which is called only if reading has failed. */
const closing =
  (close: () => Promise<void>): Fault =>
  reader => {
    let hasFailed = false
    const read = reading(async function* (batches) {
      try {
        yield* batches
      } catch (error) {
        hasFailed = true
        throw error
      }
    })
    return { ...read(reader), close: async () => (hasFailed ? close() : undefined) }
  }

/** The reader with each measurement of its lag changed. */
const measuring =
  (change: (lag: ReaderLag) => ReaderLag): Fault =>
  reader => ({
    ...over(reader),
    measureLag: async committedPosition => {
      const lags = await reader.measureLag!(committedPosition)
      return new Map([...lags].map(([partition, lag]) => [partition, change(lag)]))
    },
  })

let opened = 0
let positions = 0

export const faults: Readonly<Record<string, readonly [ReaderClause, Fault]>> = {
  'throws at once': [
    'batch',
    reader => ({
      ...over(reader),
      read: () => {
        throw new Error('no')
      },
    }),
  ],
  'has no name': ['name', reader => ({ ...over(reader), name: '' })],
  'has a name of its process': ['name', reader => ({ ...over(reader), name: `reader ${++opened}` })],
  'returns no iterable': ['batch', reader => ({ ...over(reader), read: () => [] as never })],
  'gives a text': ['batch', giving(() => 'rubbish')],
  'gives nothing': ['batch', giving(() => undefined)],
  'gives records that are no list': ['batch', giving(batch => ({ ...batch, records: 5 }))],
  'gives a part of a batch': ['batch', giving(batch => ({ ...batch, records: (batch.records as unknown[]).slice(1) }))],
  'gives an object as a position': ['position', giving((batch, number) => ({ ...batch, position: { number } }))],
  'gives no position': ['position', giving(({ records, partition }) => ({ records, partition }))],
  'gives one position twice': ['position', giving(batch => ({ ...batch, position: '1' }))],
  'gives a position that grows for ever': ['position', giving((batch, number) => ({ ...batch, position: 'x'.repeat(70_000 + number) }))],
  'gives each record twice': [
    'order',
    giving(batch => ({ ...batch, records: [...(batch.records as unknown[]), ...(batch.records as unknown[])] })),
  ],
  'gives records in reverse': ['order', giving(batch => ({ ...batch, records: [...(batch.records as unknown[])].reverse() }))],
  'goes back by a record': ['resume', moved(-1)],
  'leaves a record out': ['resume', moved(1)],
  'gives each full batch the position before it': [
    'resume',
    // Each text is new, and the last batch of a place is not full.
    giving(batch => {
      const { length } = batch.records as unknown[]
      return length < TOPIC_BATCH ? batch : { ...batch, position: `${Number(batch.position) - length}.${'0'.repeat(++positions)}` }
    }),
  ],
  'begins anew': ['resume', withContext(() => ({ committedPosition: () => undefined }))],
  'hangs at the end': [
    'bounded',
    reading(async function* (batches) {
      yield* batches
      await forever()
    }),
  ],
  'waits for more records though it should not': ['bounded', withContext(() => ({ follow: true }))],
  'ends at the end though it should wait': ['follow', withContext(() => ({ follow: false }))],
  'reads on though nobody asks': ['pause', reader => ({ ...over(reader), read: context => eager(reader, context) })],
  'does not hear the signal': ['abort', withContext(() => ({ signal: new AbortController().signal }))],
  'ends with an error at the signal': [
    'abort',
    reading(async function* (batches, { signal }) {
      yield* batches
      signal.throwIfAborted()
    }),
  ],
  'gives records of a partition that it does not have': ['assignment', giving(batch => ({ ...batch, partition: 'c' }))],
  'assigns a partition twice': [
    'assignment',
    withContext(({ assign }) => ({ assign: partitions => [0, 1].forEach(() => assign(partitions)) })),
  ],
  'assigns what is no list': ['assignment', withContext(({ assign }) => ({ assign: ([partition]) => assign(partition as never) }))],
  'revokes a partition that it does not have': ['rebalance', withContext(({ revoke }) => ({ revoke: () => revoke(['c']) }))],
  'goes on with a partition before its records are durable': [
    'rebalance',
    withContext(({ revoke }) => ({ revoke: async partitions => void revoke(partitions) })),
  ],
  'reads a partition that came back from its beginning': [
    'rebalance',
    withContext(({ committedPosition, revoke }) => {
      let isBack = false
      return {
        committedPosition: partition => (isBack ? undefined : committedPosition(partition)),
        revoke: partitions => ((isBack = true), revoke(partitions)),
      }
    }),
  ],
  'throws when a position is durable': [
    'committed',
    reader => ({
      ...over(reader),
      onCommitted: () => {
        throw new Error('no')
      },
    }),
  ],
  'returns a promise when a position is durable': ['committed', reader => ({ ...over(reader), onCommitted: async () => {} })],
  'reads on only when a batch is durable': [
    'committed',
    reading(async function* (batches, { whenCommitted }) {
      for await (const batch of batches) {
        yield batch
        await whenCommitted()
      }
    }),
  ],
  'is always caught up': ['lag', measuring(lag => ({ ...lag, end: lag.position, lag: 0 }))],
  'is never caught up': ['lag', measuring(lag => ({ ...lag, lag: lag.lag + 1 }))],
  'measures the position that it has read': ['lag', measuring(lag => ({ ...lag, position: lag.end }))],
  'measures nothing': ['lag', reader => ({ ...over(reader), measureLag: async () => new Map() })],
  'throws when it is closed': ['close', reader => ({ ...over(reader), close: () => Promise.reject(new Error('no')) })],
  'hangs when it is closed': ['close', reader => ({ ...over(reader), close: forever })],
  'throws when it is closed after an error': ['close', closing(() => Promise.reject(new Error('no')))],
  'hangs when it is closed after an error': ['close', closing(forever)],
  'ends without an error at a damaged place': [
    'failure',
    reading(async function* (batches) {
      try {
        yield* batches
      } catch {}
    }),
  ],
  'hangs at a damaged place': [
    'failure',
    reading(async function* (batches) {
      try {
        yield* batches
      } catch {
        await forever()
      }
    }),
  ],
}

/** Takes all records at once, whenever they are asked for. */
async function* eager(reader: SourceReader, context: ReadContext): AsyncGenerator<ReadBatch> {
  const ahead: ReadBatch[] = []
  for await (const batch of reader.read({ ...context, follow: false })) ahead.push(batch)
  yield* ahead
}
