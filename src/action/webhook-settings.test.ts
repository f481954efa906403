import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWebhook, checkWebhook, type WebhookSettings } from './webhook.ts'

const url = 'https://clinic.example/hook?token=s3cret'

test('settings have defaults', () => {
  const checked = checkWebhook({ url })
  assert.deepEqual(checked, {
    url: new URL(url),
    secret: undefined,
    timeoutMs: 5000,
    concurrency: 16,
    allowPrivate: false,
    headers: [],
  })
  assert.deepEqual(checkWebhook({ url, headers: { 'x-team': 'a b', authorization: 'Bearer b' } }).headers, [
    'x-team',
    'a b',
    'authorization',
    'Bearer b',
  ])
})

test('numbers go up to their limits', () => {
  for (const numbers of [
    { timeoutMs: 1, concurrency: 1 },
    { timeoutMs: 2 ** 31 - 1, concurrency: 1024 },
  ]) {
    const { timeoutMs, concurrency } = checkWebhook({ url, ...numbers })
    assert.deepEqual({ timeoutMs, concurrency }, numbers)
  }
})

test('settings that cannot be are rejected with what to write, and nothing secret is shown', async () => {
  const wrong: [Partial<WebhookSettings>, RegExp][] = [
    [{ url: 'clinic.example/?s3cret' }, /^a webhook's url is no URL; write 'https:/],
    [{ url: 'ftp://s3cret/' }, /url begins with 'ftp:'; write 'https:' or 'http:'/],
    [{ url: 'https://user:s3cret@clinic.example/' }, /holds a user or password; give headers/],
    [{ url: 'https://s3cret@clinic.example/' }, /holds a user or password/],
    [{ url: 'https://:s3cret@clinic.example/' }, /holds a user or password/],
    [{ timeoutMs: 0 }, /timeoutMs is 0; write a whole number from 1 to 2147483647/],
    [{ timeoutMs: 2 ** 31 }, /timeoutMs is 2147483648/],
    [{ concurrency: 1025 }, /concurrency is 1025; write a whole number from 1 to 1024/],
    [{ concurrency: 1.5 }, /concurrency is 1\.5/],
    [{ headers: { 'x y': 's3cret' } }, /headers have 'x y', which is no name of a header/],
    [{ headers: { 'Content-Type': 's3cret' } }, /headers have 'Content-Type', which Spillway writes itself/],
    [{ headers: { 'Webhook-Signature': 's3cret' } }, /which Spillway writes itself/],
    [{ headers: { host: 's3cret' } }, /which Spillway writes itself/],
    [{ headers: { 'x-key': 's3cret\r\nx: 1' } }, /header 'x-key' has a value that is not a text of visible ASCII/],
    [{ headers: { 'x-key': undefined as unknown as string } }, /header 'x-key' has a value/],
    [{ secret: 's3cret' }, /secret has 6 bytes/],
  ]
  for (const [settings, message] of wrong)
    await assert.rejects(openWebhook({ url, ...settings }), (error: Error & { code: string }) => {
      assert.equal(error.code, 'SPILL_DEFINITION')
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /s3cret/)
      return true
    })
})
