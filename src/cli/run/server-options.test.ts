import assert from 'node:assert/strict'
import { test } from 'node:test'
import { called } from '../../../test/cli/called.ts'
import { rateLimitOf } from './server-options.ts'

test('--rate sets requests a second; the default burst is twice as many', () => {
  assert.equal(rateLimitOf(undefined), undefined)
  assert.deepEqual(rateLimitOf('50'), { perSecond: 50, burst: 100 })
  assert.deepEqual(rateLimitOf('1:7'), { perSecond: 1, burst: 7 })
  for (const text of ['0', '-1', '1.5', '10/s', '10:', '10:0', ''])
    assert.throws(() => rateLimitOf(text), { message: /is not a number of requests per second; write --rate 100, or --rate 100:500$/ })
})

test('--rate needs a server', async () => {
  const { status, err } = await called('run', 'pipeline.ts', '--source', 'sales=sales.ndjson', '--rate', '5')
  assert.equal(status, 2)
  assert.match(err, /--rate needs a server: --listen 7070/)
})
