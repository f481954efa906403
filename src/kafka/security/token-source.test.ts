/** Tokens of OAUTHBEARER: when a new one is taken, and which results are no tokens. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TokenSource } from './token-source.ts'

/** An unsigned token. It ends at `exp`, in seconds. */
const jwt = (exp: number, subject = 'alice'): string =>
  `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ sub: subject, exp })).toString('base64url')}.`

/** A source whose clock the test sets, and the number of readings. */
function sourceOf(read: (now: number) => unknown) {
  const clock = { now: 0, readings: 0 }
  const source = new TokenSource(
    () => {
      clock.readings++
      return read(clock.now) as string
    },
    () => clock.now,
  )
  return { clock, token: source.token }
}

test('a token is used for three quarters of its life, whoever says when it ends', async () => {
  const forms = [
    (now: number) => jwt(now / 1000 + 20),
    (now: number) => ({ token: `t${now}`, expiresAt: now + 20_000 }),
    async (now: number) => ({ token: jwt(now / 1000 + 9999), expiresAt: now + 20_000 }),
  ]
  for (const form of forms) {
    const { clock, token } = sourceOf(form)
    const first = await token()
    for (const now of [1, 5000, 14_999]) {
      clock.now = now
      assert.equal(await token(), first)
    }
    assert.equal(clock.readings, 1)
    // A client logs in anew after four fifths of a session.
    clock.now = 16_000
    assert.notEqual(await token(), first)
    assert.equal(clock.readings, 2)
  }
})

test('a token that only its issuer can read is taken anew for each login', async () => {
  const { clock, token } = sourceOf(() => 'opaque')
  for (let i = 1; i <= 3; i++) {
    assert.equal(await token(), 'opaque')
    assert.equal(clock.readings, i)
  }
})

test('logins at the same time share one reading', async () => {
  const { clock, token } = sourceOf(async now => jwt(now / 1000 + 20))
  const tokens = await Promise.all([token(), token(), token()])
  assert.equal(new Set(tokens).size, 1)
  assert.equal(clock.readings, 1)
})

test('a file that nobody renews is an error that says when its token ended', async () => {
  const { clock, token } = sourceOf(() => jwt(20))
  await token()
  clock.now = 19_000
  await token()
  clock.now = 100_000
  await assert.rejects(token(), { name: 'TokenError', message: /sasl\.token expired at 1970-01-01T00:00:20\.000Z: .* must give a new one/ })
})

test('after an error the next login tries again', async () => {
  let isAway = true
  const { token } = sourceOf(() => {
    if (isAway) throw new Error('the issuer answers 503')
    return 'good'
  })
  await assert.rejects(token(), { name: 'TokenError', message: 'sasl.token cannot be had: the issuer answers 503' })
  isAway = false
  assert.equal(await token(), 'good')
})

test('results that are no tokens are rejected, and not shown', async () => {
  for (const result of [
    undefined,
    null,
    '',
    'secret with spaces',
    'secret\r\nX: y',
    7,
    { token: 7 },
    { expiresAt: 7 },
    { token: 'a', expiresAt: 'soon' },
  ]) {
    const { token } = sourceOf(() => result)
    await assert.rejects(token(), error => {
      assert.equal((error as Error).name, 'TokenError')
      assert.match((error as Error).message, /^sasl\.token/)
      assert.doesNotMatch((error as Error).message, /secret/)
      return true
    })
  }
})
