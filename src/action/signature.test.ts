import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { webhookSigner } from './signature.ts'

/** HMAC from its definition (RFC 2104), for a key of at most a block. */
function hmac(key: Buffer, text: string): string {
  const block = Buffer.concat([key, Buffer.alloc(64 - key.length)])
  const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
  const inner = sha(
    block.map(byte => byte ^ 0x36),
    Buffer.from(text),
  )
  return sha(
    block.map(byte => byte ^ 0x5c),
    inner,
  ).toString('base64')
}

const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const text = 'a text of at least 24 byt'.replaceAll(' ', '-')

test('the example that receivers’ libraries are tested with', () => {
  assert.equal(
    webhookSigner(whsec)('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}'),
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})

test('each secret has a signature, in their order, also of bodies beyond ASCII', () => {
  const body = '{"of":"Zoë 🩸"}'
  const key = Buffer.from(whsec.slice('whsec_'.length), 'base64')
  const [first, second] = [hmac(key, `e1.17.${body}`), hmac(Buffer.from(text), `e1.17.${body}`)]
  assert.equal(webhookSigner(` ${whsec}  ${text}\n`)('e1', 17, body), `v1,${first} v1,${second}`)
  assert.notEqual(first, second)
})

test('a secret that is too short or no base64 is rejected and not shown', () => {
  const short = `whsec_${Buffer.alloc(23, 7).toString('base64')}`
  for (const [secret, message] of [
    ['hunter2', /^a webhook's secret has 7 bytes; it needs at least 24 bytes: 'whsec_' and what/],
    [short, /has 23 bytes/],
    [`${whsec} hunter2`, /has 7 bytes/],
    ['whsec_not$base64-not$base64-not$base64', /does not go on in base64/],
    ['', /is empty/],
    [' \n', /is empty/],
  ] as const)
    assert.throws(
      () => webhookSigner(secret),
      (error: Error & { code: string }) => {
        assert.equal(error.code, 'SPILL_DEFINITION')
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /hunter2|not\$base64/)
        return true
      },
    )
  assert.ok(webhookSigner(`whsec_${Buffer.alloc(24, 7).toString('base64')}`)('a', 1, ''))
})
