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
