import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from '@platformatic/kafka'
import { random } from '../base/random.ts'
import { limits } from '../base/limits.ts'
import type { ForeignCodecs } from './compression.ts'
import { type AbortedTransaction, headersOf, readRecordSet } from './record-set.ts'

const codecs: ForeignCodecs = {
  snappy: block => client.compressionsAlgorithms.snappy.decompressSync(block),
  lz4: frame => client.compressionsAlgorithms.lz4.decompressSync(frame),
}

/** Whole numbers below a bound, from a seed. */
type Draw = (below: number) => number

function drawOf(seed: number): Draw {
  const next = random(seed)
  return below => Math.floor(next() * below)
}

interface Message {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | undefined
  readonly value: string | undefined
  readonly headers: readonly (readonly [string, string])[]
}

interface BatchOptions {
  readonly codec?: client.CompressionAlgorithmValue
  readonly producerId?: bigint
  readonly isTransactional?: boolean
}

/** A batch as the client writes it, at its offset. */
function batchOf(messages: readonly Message[], { codec = 'none', producerId = -1n, isTransactional = false }: BatchOptions = {}): Buffer {
  const records = messages.map(({ timestamp, key, value, headers }) => ({
    topic: 't',
    timestamp: BigInt(timestamp),
    ...(key !== undefined && { key: Buffer.from(key) }),
    value: (value === undefined ? undefined : Buffer.from(value))!,
    headers: new Map(headers.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  }))
  const transaction = isTransactional ? { transactionalId: 'x' } : {}
  const { buffer } = client.createRecordsBatch(records, { compression: codec, producerId, ...transaction })
  const bytes = Buffer.from(buffer)
  bytes.writeBigInt64BE(BigInt(messages[0].offset), 0)
  return bytes
}

/** A marker that ends a transaction: attributes transactional and control, a key of version and type. */
function markerOf(offset: number, producerId: bigint, type: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]).toString('latin1')
  const marker = batchOf([{ offset, timestamp: 0, key, value: '', headers: [] }], { producerId, isTransactional: true })
  marker.writeInt16BE(marker.readInt16BE(21) | 0x20, 21)
  return marker
}

const read = (bytes: Buffer, from = 0, aborted: readonly AbortedTransaction[] = []) => {
  const { records, ...rest } = readRecordSet(bytes, from, aborted, codecs)
  const textAt = (ranges: Int32Array, index: number): string | undefined =>
    ranges[2 * index] < 0 ? undefined : records.bytes.toString('utf8', ranges[2 * index], ranges[2 * index + 1])
  const messages = Array.from({ length: records.count }, (_, i): Message => {
    const headers = headersOf(records, i).map(({ name, value }) => [name, String(value)] as const)
    const { offsets, timestamps, keys, values } = records
    return { offset: offsets[i], timestamp: timestamps[i], key: textAt(keys, i), value: textAt(values, i), headers }
  })
  return { messages, ...rest }
}

const texts = (draw: Draw): string => 'abcde…'.repeat(draw(4)) + String(draw(1000))

function randomMessages(draw: Draw, first: number): Message[] {
  return Array.from({ length: 1 + draw(5) }, (_, i) => ({
    offset: first + i,
    timestamp: 1_700_000_000_000 + draw(100_000) - 50_000,
    key: draw(3) === 0 ? undefined : texts(draw),
    value: texts(draw),
    headers: Array.from({ length: draw(3) }, (__, at) => [`h${at}`, texts(draw)] as const),
  }))
}

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
    const result = read(bytes, from)
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
    const result = read(Buffer.concat(ofAnswer), from, overlapping)
    assert.deepEqual(result.messages, expected, `round ${round}`)
    assert.equal(result.end, Math.max(from, ofAnswer.length === 0 ? 0 : stable))
    left += aborted.length
  }
  assert.ok(left > 300)
})

test('a damaged batch, a bomb and an unknown codec are one place each, and reading goes on behind them', () => {
  const messages = (first: number): Message[] => [{ offset: first, timestamp: 1, key: 'k', value: 'v', headers: [] }]
  const bomb = batchOf([{ offset: 1, timestamp: 1, key: undefined, value: ' '.repeat(limits.KAFKA_BATCH_BYTES_MAX + 1), headers: [] }], {
    codec: 'zstd',
  })
  assert.ok(bomb.length < 100_000, 'it is small')
  const unknown = batchOf(messages(2))
  unknown.writeInt16BE(7, 21)
  const torn = batchOf(messages(3), { codec: 'gzip' })
  torn.fill(0xff, 70)
  const cut = batchOf(messages(4))
  cut.writeInt32BE(2, 57)
  const { messages: found, damaged, end } = read(Buffer.concat([batchOf(messages(0)), bomb, unknown, torn, cut, batchOf(messages(5))]))
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

test('a batch of an old format is an error that says which versions can be read', () => {
  const old = batchOf([{ offset: 0, timestamp: 1, key: 'k', value: 'v', headers: [] }])
  old[16] = 1
  assert.throws(() => read(old), /format version 1; only version 2 \(Kafka 0\.11 and later\) can be read/)
})
