/** A driver over threads that a test has scripted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { yieldToEventLoop } from '../../base/clock.ts'
import { threadedDriver } from './threaded-driver.ts'

const connection = { brokers: ['127.0.0.1:9'], clientId: 'test' }

/** A thread with a script that has its `port`. */
const threadOf = (script: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort as port } from 'node:worker_threads'; ${script}`)}`)

test('a client that never answers counts as away; a call that waits for records or for other members is not ended', async () => {
  const driver = threadedDriver(connection, { thread: threadOf(`port.on('message', () => {})`), callMs: 100 })
  const waiting = [
    driver.fetch('t', { isCommittedOnly: true, maxBytes: 1 }).next(),
    driver.member({ group: 'g', topic: 't', protocol: 'classic' }).partitions(),
  ]
  const stuck = (call: string) => ({ kind: 'unavailable', message: `the client has not answered '${call}' within 100 ms` })
  await assert.rejects(driver.describe('t'), stuck('describe'))
  await assert.rejects(driver.transactions('id').open(), stuck('openWriter'))
  await assert.rejects(driver.member({ group: 'g', topic: 't', protocol: 'classic' }).store(new Map()), stuck('memberStore'))
  let areOver = false
  const ended = Promise.allSettled(waiting).finally(() => (areOver = true))
  await yieldToEventLoop()
  assert.equal(areOver, false)
  await driver.close()
  for (const { status } of await ended) assert.equal(status, 'rejected')
})

test('records that were sent before a partition was assigned anew are left out, also if they begin at the same offset', async () => {
  // Two batches of the first assignment, and one of the second that has more records.
  const thread = threadOf(`
    const fetched = (assignment, next) => ({ partition: 0, assignment, from: 0, next, records: { bytes: new Uint8Array(0) } })
    const answers = [fetched(1, 5), fetched(1, 9), fetched(2, 8)]
    port.on('message', ({ id, call }) => {
      if (call === 'next' && answers.length > 0) port.postMessage({ id, value: answers.shift() })
      if (call === 'closeFetch' || call === 'close') port.postMessage({ id, value: undefined })
    })`)
  const driver = threadedDriver(connection, { thread })
  const fetch = driver.fetch('t', { isCommittedOnly: true, maxBytes: 1 })
  const place = { offset: 0, epoch: -1 }
  assert.equal(fetch.assign(0, place), 1)
  const next = fetch.next()
  fetch.revoke(0)
  assert.equal(fetch.assign(0, place), 2)
  const records = await next
  assert.deepEqual([records?.assignment, records?.next], [2, 8])
  await fetch.close()
  await driver.close()
})
