/** The requests of a fetch of two partitions, over a broker that a test answers for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type * as client from '@platformatic/kafka'
import { batchOf } from '../../../test/kafka/batches.ts'
import { yieldToEventLoop } from '../../base/clock.ts'
import { clientCodecs } from './codecs.ts'
import type { PartitionAnswer } from './fetch-api.ts'
import { TopicFetcher } from './topic-fetcher.ts'

const TOPIC = 't'
const VERSION = 17
/** A pause of the fetcher takes some thousand turns. */
const TURNS_MAX = 1_000_000
const LEADER = { leader: 1, leaderEpoch: 0 }

interface HeldRequest {
  readonly waitMs: number
  readonly answer: (...partitions: readonly PartitionAnswer[]) => void
}

/** A fetch of two partitions, and the requests that it has sent, each with the greatest time that it waits at the broker. */
function fetchOfTwo(maxBytes = 1 << 20): {
  readonly fetch: TopicFetcher
  readonly requests: readonly HeldRequest[]
  readonly nextRequest: () => Promise<HeldRequest>
} {
  const requests: HeldRequest[] = []
  const send = (_key: number, _version: number, payload: () => client.Writer, ...[, , , callback]: readonly unknown[]): void => {
    // The wait is the first field of a request, in 4 bytes.
    const waitMs = payload().buffer.readInt32BE(0)
    const answer: HeldRequest['answer'] = (...partitions) =>
      (callback as (error: undefined, answer: object) => void)(undefined, { errorCode: 0, partitions })
    requests.push({ waitMs, answer })
  }
  const connection = { send } as unknown as client.Connection
  const cluster = {
    leaders: async () => ({ id: '5f6f3a1e-6f0a-4d0e-9f0a-6f0a4d0e9f0a', partitions: [LEADER, LEADER] }),
    connection: async () => ({ connection, fetchVersion: VERSION }),
    close: async () => {},
  }
  const fetch = new TopicFetcher(cluster, TOPIC, { isCommittedOnly: false, maxBytes }, clientCodecs)
  for (const partition of [0, 1]) fetch.assign(partition, { offset: 0, epoch: -1 })
  const nextRequest = async (): Promise<HeldRequest> => {
    for (let turn = 0; requests.length === 0; turn++) {
      assert.ok(turn < TURNS_MAX, 'no request comes')
      await yieldToEventLoop()
    }
    return requests.shift()!
  }
  return { fetch, requests, nextRequest }
}

/** An answer with one record. */
function recordOf(partition: number, offset: number, value = `${partition}/${offset}`): PartitionAnswer {
  const records = batchOf([{ offset, timestamp: 1, key: undefined, value, headers: [] }])
  const ends = { highWatermark: offset + 1, lastStableOffset: offset + 1 }
  return { partition, errorCode: 0, divergence: undefined, aborted: [], records, ...ends }
}

test('a request that leaves out a partition, whose records wait to be taken, waits shortly, and longer while nothing is taken', async () => {
  const { fetch, nextRequest } = fetchOfTwo()
  const first = await nextRequest()
  assert.equal(first.waitMs, 500)
  first.answer(recordOf(0, 0))
  const waits: number[] = []
  for (let i = 0; i < 8; i++) {
    const request = await nextRequest()
    waits.push(request.waitMs)
    request.answer()
  }
  assert.deepEqual(waits, [10, 20, 40, 80, 160, 320, 500, 500])
  assert.equal((await fetch.next())?.partition, 0)
  await nextRequest().then(({ answer }) => answer())
  const whole = await nextRequest()
  assert.equal(whole.waitMs, 500, 'both partitions again')
  whole.answer(recordOf(0, 1), recordOf(1, 0))
  assert.equal((await fetch.next())?.partition, 0)
  assert.equal((await nextRequest()).waitMs, 5, 'the reader takes records')
  await fetch.close()
})

test('after an answer of few records the next request waits, so that those that come one by one come together', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { fetch, requests, nextRequest } = fetchOfTwo()
  await nextRequest().then(({ answer }) => answer(recordOf(0, 0)))
  await fetch.next()
  for (let turn = 0; turn < 20; turn++) await yieldToEventLoop()
  assert.equal(requests.length, 0)
  t.mock.timers.tick(2)
  await nextRequest().then(({ answer }) => answer(recordOf(0, 1, 'x'.repeat(1 << 14))))
  await fetch.next()
  await nextRequest().then(({ answer }) => answer())
  await nextRequest()
  await fetch.close()
})

test('no request is sent while the bytes of a fetch wait to be taken, not even for a partition of which none do', async () => {
  const { fetch, requests, nextRequest } = fetchOfTwo(1 << 15)
  // Records that need not gather.
  const value = 'x'.repeat(1 << 15)
  await nextRequest().then(({ answer }) => answer(recordOf(0, 0, value)))
  for (let turn = 0; turn < 1000; turn++) await yieldToEventLoop()
  assert.equal(requests.length, 0)
  assert.equal((await fetch.next())?.partition, 0)
  await nextRequest().then(({ answer }) => answer(recordOf(0, 1, value), recordOf(1, 0, value)))
  assert.equal((await fetch.next())?.partition, 0)
  for (let turn = 0; turn < 1000; turn++) await yieldToEventLoop()
  assert.equal(requests.length, 0, 'the records of the second partition still wait')
  fetch.revoke(1)
  await nextRequest()
  await fetch.close()
})
