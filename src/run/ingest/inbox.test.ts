import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Inbox, type Submission } from './inbox.ts'

const malformed = (count: number): Submission => ({
  source: 'payments',
  batch: {
    ...recordBatchOf([]),
    undecodable: Array.from({ length: count }, (_, i) => ({ place: `line ${i}`, reason: 'schema', detail: 'not JSON', raw: '{' })),
  },
  position: undefined,
})

const valid = (source: string, count: number): Submission => ({
  source,
  batch: recordBatchOf(Array.from({ length: count }, () => ({}))),
  position: undefined,
})
const sizesOf = (inputs: readonly Submission[]): [string, number][] => inputs.map(({ source, batch }) => [source, batch.records.length])

test('a turn takes inputs in order while they fit, exactly to its size, and at least one of any size', () => {
  const inbox = new Inbox()
  const half = limits.TURN_RECORDS / 2
  for (const count of [half, half, 1, limits.TURN_RECORDS + 1, 1, 2]) void inbox.add(valid('payments', count)).catch(() => {})
  assert.ok(!inbox.isEmpty)
  const turns: number[][] = []
  while (!inbox.isEmpty) {
    const before = inbox.records
    const turn = inbox.drain().map(({ batch }) => batch.records.length)
    assert.equal(
      before - inbox.records,
      turn.reduce((sum, count) => sum + count, 0),
    )
    turns.push(turn)
  }
  assert.deepEqual(turns, [[half, half], [1], [limits.TURN_RECORDS + 1], [1, 2]])
  assert.deepEqual([inbox.records, inbox.drain()], [0, []])
})

test('a turn stops before the first input for which its source has no room, with what the source has in the turn', () => {
  const inbox = new Inbox()
  for (const [source, count] of [
    ['a', 2],
    ['b', 3],
    ['a', 2],
    ['b', 1],
  ] as const)
    void inbox.add(valid(source, count))
  const calls: [string, number][] = []
  const isFullFor = (source: string, records: number): boolean => {
    calls.push([source, records])
    return source === 'a' && records > 3
  }
  assert.deepEqual(sizesOf(inbox.drain(isFullFor)), [
    ['a', 2],
    ['b', 3],
  ])
  assert.deepEqual(calls, [
    ['a', 2],
    ['b', 3],
    ['a', 4],
  ])
  assert.deepEqual(inbox.drain(() => true).length, 0, 'also the first')
  assert.equal(inbox.records, 3)
  assert.deepEqual(sizesOf(inbox.drain()), [
    ['a', 2],
    ['b', 1],
  ])
})

test('rejection empties the queue and notifies those that wait for room', async () => {
  const inbox = new Inbox()
  const receipts = [inbox.add(valid('a', 1)), inbox.add(valid('a', limits.WAITING_RECORDS_MAX))]
  const room = inbox.whenRoom()
  inbox.reject(new Error('stopped'))
  for (const receipt of receipts) await assert.rejects(receipt, /stopped/)
  await room
  assert.deepEqual([inbox.records, inbox.isEmpty], [0, true])
})

test('records that could not be decoded hold a source back, and fill turns, as others do', async () => {
  const inbox = new Inbox()
  const turns = limits.WAITING_RECORDS_MAX / limits.TURN_RECORDS
  for (let turn = 0; turn < turns; turn++) {
    await inbox.whenRoom()
    void inbox.add(malformed(limits.TURN_RECORDS))
  }
  assert.equal(inbox.records, limits.WAITING_RECORDS_MAX)
  let hasRoom = false
  const room = inbox.whenRoom().then(() => (hasRoom = true))
  await Promise.resolve()
  assert.ok(!hasRoom, 'a full inbox has room')
  assert.equal(inbox.drain().length, 1)
  await room
  assert.equal(inbox.drain().length, 1)
})

test('a full inbox that shrinks to its limit is still full', async () => {
  const inbox = new Inbox()
  for (const count of [1, limits.WAITING_RECORDS_MAX]) void inbox.add(malformed(count))
  let hasRoom = false
  const room = inbox.whenRoom().then(() => (hasRoom = true))
  assert.equal(inbox.drain().length, 1)
  await Promise.resolve()
  assert.ok(!hasRoom)
  assert.equal(inbox.drain().length, 1)
  await room
})
