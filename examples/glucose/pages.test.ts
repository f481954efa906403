import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import test from 'node:test'
import { receive, verified } from './pages.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const now = Date.UTC(2026, 0, 5, 12)

function headers(body: string, { at = now, key = 'page-1', bytes = Buffer.alloc(32, 7) } = {}) {
  const id = 'page-1'
  const timestamp = String(Math.floor(at / 1000))
  const signature = `v1,${createHmac('sha256', bytes).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature, 'idempotency-key': key }
}

test('a page is taken if the holder of the secret sent it as it stands, and not long ago', () => {
  assert.equal(verified(secret, headers('{}'), '{}', now), 'page-1')
  const two = { ...headers('{}'), 'webhook-signature': `v1,AAAA ${headers('{}')['webhook-signature']}` }
  assert.equal(verified(secret, two, '{}', now), 'page-1')
  assert.equal(verified(secret, headers('{}'), '{ }', now), undefined)
  assert.equal(verified(secret, headers('{}', { bytes: Buffer.alloc(32, 8) }), '{}', now), undefined)
  assert.equal(verified(secret, headers('{}', { at: now - 301_000 }), '{}', now), undefined)
  assert.equal(verified(secret, headers('{}', { key: 'page-2' }), '{}', now), undefined)
  assert.equal(verified(secret, { ...headers('{}'), 'webhook-signature': undefined }, '{}', now), undefined)
  assert.equal(verified(secret, {}, '{}', now), undefined)
})

test('it is there once, however often it comes; a forged one is turned away', async () => {
  const body = JSON.stringify({ key: 'p1', score: 0.9, t: 5, due: 9 })
  const receiver = await receive(secret, () => true)
  try {
    const send = async (more: object) =>
      (await fetch(receiver.url, { method: 'POST', body, headers: { ...headers(body, { at: Date.now() }), ...more } })).status
    assert.deepEqual([await send({}), await send({}), await send({ 'webhook-signature': 'v1,' })], [204, 204, 401])
    assert.deepEqual(receiver.counts, { again: 1, rejected: 1 })
    assert.deepEqual(
      [...receiver.pages.values()].map(({ key, patient, score, t, due }) => [key, patient, score, t, due]),
      [['page-1', 'p1', 0.9, 5, 9]],
    )
    assert.equal((await fetch(receiver.url, { method: 'POST', body: 'x'.repeat(70_000) })).status, 401)
  } finally {
    receiver.close()
  }
})
