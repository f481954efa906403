import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as client from '@platformatic/kafka'
import { batchOf, type Draw, drawOf, type Message, randomMessages, readBatches, sealed } from '../../../test/kafka/batches.ts'
import { clientCodecs } from '../platformatic/codecs.ts'

/** Bytes of a batch that the checksum does not cover: its first offset, which the broker sets, and the epoch of its leader. */
const isOffset = (at: number): boolean => at < 8
const isEpoch = (at: number): boolean => at >= 12 && at < 16

function randomBatches(draw: Draw) {
  let next = draw(5)
  return Array.from({ length: 1 + draw(4) }, () => {
    const messages = randomMessages(draw, next)
    next = messages.at(-1)!.offset + 1
    return { messages, bytes: batchOf(messages, { codec: client.allowedCompressionsAlgorithms[draw(5)] }) }
  })
}

const messagesOf = (batches: readonly { readonly messages: readonly Message[] }[]): readonly Message[] =>
  batches.flatMap(({ messages }) => messages)

/** Reads from an offset on as a fetch does, by one leader epoch at a time. */
function readOn(bytes: Buffer, from: number): readonly Message[] {
  const { messages, end } = readBatches(bytes, from)
  return end === from ? messages : [...messages, ...readOn(bytes, end)]
}

test('the checksum is CRC32C', () => {
  // Source: RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
  assert.equal(clientCodecs.crc32c(Buffer.alloc(32)), 0x8a9136aa)
  assert.equal(clientCodecs.crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43)
  assert.equal(clientCodecs.crc32c(Buffer.from('123456789')), 0xe3069283)
})

test('a bit that is flipped anywhere: the batches before it are read, and the position is at the batch', () => {
  const draw = drawOf(25_11)
  const rounds = { offset: 0, epoch: 0, checked: 0 }
  for (let round = 0; round < 3000; round++) {
    const batches = randomBatches(draw)
    const damagedAt = draw(batches.length)
    const bytes = Buffer.concat(batches.map(batch => batch.bytes))
    const at = draw(batches[damagedAt].bytes.length)
    const start = batches.slice(0, damagedAt).reduce((sum, batch) => sum + batch.bytes.length, 0)
    bytes[start + at] ^= 1 << draw(8)
    const from = batches[0].messages[0].offset
    const result = readBatches(bytes, from)
    const before = messagesOf(batches.slice(0, damagedAt))
    if (isEpoch(at)) {
      assert.deepEqual(readOn(bytes, from), messagesOf(batches), `round ${round}: the epoch of a leader is no part of the records`)
      assert.equal(result.corrupt, undefined)
      rounds.epoch++
    } else if (isOffset(at)) {
      const offsets = result.messages.map(({ offset }) => offset)
      assert.deepEqual(
        offsets,
        [...new Set(offsets)].toSorted((a, b) => a - b),
        `round ${round}: offsets rise`,
      )
      rounds.offset++
    } else {
      assert.deepEqual(result.messages, before, `round ${round}: byte ${at} of batch ${damagedAt}`)
      assert.equal(result.end, before.length === 0 ? from : before.at(-1)!.offset + 1)
      assert.deepEqual(result.damaged, [], 'a corrupt batch is no dead letter')
      // A length that reaches beyond the answer is a batch that the broker has cut off, unless it is the first.
      assert.ok(result.corrupt !== undefined || (damagedAt > 0 && at >= 8 && at < 12), `round ${round}: byte ${at}`)
      rounds.checked++
    }
  }
  assert.ok(rounds.epoch > 50 && rounds.offset > 100 && rounds.checked > 2000, JSON.stringify(rounds))
})

test('a first batch that is longer than the answer is corrupt, since it would never come', () => {
  const batch = batchOf(randomMessages(drawOf(1), 7))
  const cut = readBatches(batch.subarray(0, -1), 7)
  assert.deepEqual([cut.messages, cut.end, cut.corrupt], [[], 7, 'it is longer than the answer'])
})

test('offsets that fall are corrupt', () => {
  const [first, second] = [batchOf(randomMessages(drawOf(1), 7)), batchOf(randomMessages(drawOf(2), 5))]
  assert.match(readBatches(Buffer.concat([first, second]), 7).corrupt!, /^its first offset is 5, after a batch that ends before /)
})

test('a batch of an old format is not passed over: the message says which versions can be read', () => {
  const old = batchOf(randomMessages(drawOf(1), 0))
  old[16] = 1
  const { messages, end, corrupt } = readBatches(sealed(old))
  assert.deepEqual([messages, end], [[], 0])
  assert.match(corrupt!, /format version 1; only version 2 \(Kafka 0\.11 and later\) can be read/)
})
