import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from '@platformatic/kafka'
import { batchOf, type Draw, drawOf, markerOf, type Message, randomMessages, readBatches, sealed } from '../../../test/kafka/batches.ts'
import { limits } from '../../base/limits.ts'
import type { AbortedTransaction } from './record-set.ts'

test('every codec: records from any offset on, of as many whole batches as the answer has', () => {
  const draw = drawOf(20_261_130)
  for (let round = 0; round < 200; round++) {
    const batches: { messages: Message[]; bytes: Buffer }[] = []
    let next = draw(5)
    for (let i = 0; i < 5; i++) {
      const messages = randomMessages(draw, next)
      const codec = client.allowedCompressionsAlgorithms[draw(5)]
      batches.push({ messages, bytes: batchOf(messages, { codec }) })
      // Compaction leaves gaps.
      next = messages.at(-1)!.offset + 1 + draw(3)
    }
    const all = batches.flatMap(({ messages }) => messages)
    const from = draw(next)
    const whole = draw(batches.length + 1)
    const cut = batches[whole] ? draw(batches[whole].bytes.length) : 0
    const bytes = Buffer.concat([
      ...batches.slice(0, whole).map(batch => batch.bytes),
      ...(cut > 0 ? [batches[whole].bytes.subarray(0, cut)] : []),
    ])
    const expected = batches.slice(0, whole).flatMap(({ messages }) => messages.filter(({ offset }) => offset >= from))
    const result = readBatches(bytes, from)
    assert.deepEqual(result.messages, expected, `round ${round}`)
    const last = batches
      .slice(0, whole)
      .flatMap(({ messages }) => messages)
      .at(-1)
    assert.equal(result.end, Math.max(from, (last?.offset ?? -1) + 1))
    assert.deepEqual(result.damaged, [])
    assert.ok(all.length > 0)
  }
})

/** Transactions of three producers, interleaved, with what a reader of committed records sees. */
function randomTransactions(draw: Draw) {
  const open = new Map<bigint, { first: number; messages: Message[] }>()
  const [bytes, aborted, committed]: [Buffer[], (AbortedTransaction & { readonly marker: number })[], Message[]] = [[], [], []]
  let next = 0
  for (let i = 0; i < 20; i++) {
    const producerId = BigInt(draw(3))
    const transaction = open.get(producerId)
    if (transaction && draw(2) === 0) {
      const type = draw(2) === 0 ? 'abort' : 'commit'
      bytes.push(markerOf(next, producerId, type))
      const marker = next++
      open.delete(producerId)
      if (type === 'abort') aborted.push({ producerId, firstOffset: BigInt(transaction.first), marker })
      else committed.push(...transaction.messages)
      continue
    }
    const messages = randomMessages(draw, next)
    const isTransactional = draw(4) > 0
    bytes.push(batchOf(messages, { producerId, isTransactional: isTransactional || transaction !== undefined }))
    if (isTransactional || transaction)
      open.set(producerId, { first: transaction?.first ?? next, messages: [...(transaction?.messages ?? []), ...messages] })
    else committed.push(...messages)
    next = messages.at(-1)!.offset + 1
  }
  // The last stable offset is before the first open transaction: a broker sends nothing behind it.
  const stable = Math.min(next, ...Array.from(open.values(), ({ first }) => first))
  return { bytes, aborted, committed: committed.filter(({ offset }) => offset < stable), stable }
}

test('committed only: what aborted transactions wrote is left out, of any part of the log', () => {
  const draw = drawOf(77)
  let left = 0
  for (let round = 0; round < 300; round++) {
    const { bytes, aborted, committed, stable } = randomTransactions(draw)
    const sent = bytes.filter(batch => Number(batch.readBigInt64BE(0)) < stable)
    const from = draw(Math.max(1, stable))
    // A broker starts with the batch of the offset, and names the transactions that were not over there.
    const start = sent.findIndex(batch => Number(batch.readBigInt64BE(0)) + batch.readInt32BE(23) >= from)
    const ofAnswer = start < 0 ? [] : sent.slice(start)
    const expected = committed.filter(({ offset }) => offset >= from).toSorted((a, b) => a.offset - b.offset)
    const overlapping = aborted.filter(({ marker }) => marker >= from)
    const result = readBatches(Buffer.concat(ofAnswer), from, overlapping)
    assert.deepEqual(result.messages, expected, `round ${round}`)
    assert.equal(result.end, Math.max(from, ofAnswer.length === 0 ? 0 : stable))
    left += aborted.length
  }
  assert.ok(left > 300)
})

test('a batch that was written damaged, a bomb and an unknown codec are one place each, and reading goes on behind them', () => {
  const messages = (first: number): Message[] => [{ offset: first, timestamp: 1, key: 'k', value: 'v', headers: [] }]
  const bomb = batchOf([{ offset: 1, timestamp: 1, key: undefined, value: ' '.repeat(limits.KAFKA_BATCH_BYTES_MAX + 1), headers: [] }], {
    codec: 'zstd',
  })
  assert.ok(bomb.length < 100_000, 'it is small')
  const unknown = batchOf(messages(2))
  unknown.writeInt16BE(7, 21)
  sealed(unknown)
  const torn = batchOf(messages(3), { codec: 'gzip' })
  torn.fill(0xff, 70)
  sealed(torn)
  const cut = batchOf(messages(4))
  cut.writeInt32BE(2, 57)
  sealed(cut)
  const {
    messages: found,
    damaged,
    end,
  } = readBatches(Buffer.concat([batchOf(messages(0)), bomb, unknown, torn, cut, batchOf(messages(5))]))
  assert.deepEqual(
    found.map(({ offset }) => offset),
    [0, 5],
  )
  assert.equal(end, 6)
  assert.deepEqual(
    damaged.map(({ first, end: behind }) => [first, behind]),
    [
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
    ],
  )
  assert.match(damaged[1].problem, /^the compression 7 is unknown$/)
  assert.match(damaged[3].problem, /^the batch is cut off$/)
})

test('batches that decompress to much more than an answer has are read in parts, and none is lost', () => {
  const value = ' '.repeat(limits.KAFKA_FETCHED_BYTES / 4)
  const batches = Array.from({ length: 10 }, (_, offset) =>
    batchOf([{ offset, timestamp: 1, key: undefined, value, headers: [] }], { codec: 'zstd' }),
  )
  const bytes = Buffer.concat(batches)
  assert.ok(bytes.length < limits.KAFKA_PARTITION_FETCH_BYTES)
  const offsets: number[] = []
  let parts = 0
  for (let from = 0; from < 10; parts++) {
    const { messages, end } = readBatches(bytes, from)
    offsets.push(...messages.map(({ offset }) => offset))
    assert.ok(messages.length <= 5 && end > from)
    from = end
  }
  assert.deepEqual([offsets, parts], [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3])
})

test('batches of the next leader epoch come with the next answer, so a position behind any record has the epoch of that record', () => {
  const bytes = Buffer.concat(
    [3, 3, 4].map((epoch, offset) => {
      const batch = batchOf([{ offset, timestamp: 1, key: undefined, value: String(offset), headers: [] }])
      batch.writeInt32BE(epoch, 12)
      return batch
    }),
  )
  const read = (from: number) => {
    const { messages, end, epoch } = readBatches(bytes, from)
    return [messages.map(({ value }) => value), end, epoch]
  }
  assert.deepEqual(read(0), [['0', '1'], 2, 3])
  assert.deepEqual(read(1), [['1'], 2, 3])
  assert.deepEqual(read(2), [['2'], 3, 4])
})
