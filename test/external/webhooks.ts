/** The packages `standardwebhooks` and `stripe` beside our own code: we accept and reject the same signatures, and they verify ours. */
import assert from 'node:assert/strict'
import { random } from '../../src/base/random.ts'
import type { Checks } from './checks.ts'
import type { Signers } from './packages.ts'
import type { Receiver } from '../action/receiver.ts'
import { secrets, type ServerProcess } from './server-process.ts'

const ROUNDS = 60
const OTHER_SECRET = 'whsec_b3RoZXItc2VjcmV0LW9mLWFub3RoZXItc2VydmVy'
/** Providers sign with seconds; both packages, and we, accept a signature for five minutes. */
const TOLERANCE_S = 300

interface SignedRequest {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

export async function checkWebhooks(checks: Checks, served: ServerProcess, signers: Signers, receiver: Receiver): Promise<void> {
  await checks.check('webhooks in: Standard Webhooks, as the package standardwebhooks signs and verifies', () =>
    compareVerdicts(served, '/sources/hooks/webhook', standardVariants(signers), ({ body, headers }) =>
      signers.standard(secrets.standard).verify(body, headers),
    ),
  )
  await checks.check('webhooks in: Stripe, as the package stripe signs and verifies', () =>
    compareVerdicts(served, '/sources/charges/webhook', stripeVariants(signers), ({ body, headers }) =>
      signers.stripe.constructEvent(body, headers['stripe-signature'] ?? '', secrets.stripe, TOLERANCE_S),
    ),
  )
  await checks.check('webhooks out: the package standardwebhooks verifies each, and none that was changed', () =>
    checkDeliveries(served, signers, receiver),
  )
}

/**
 * Sends each variant and compares with the verdict of the package. Verified ones are durable, and duplicates when resent; all others are
 * 401.
 */
async function compareVerdicts(
  served: ServerProcess,
  path: string,
  variants: Iterable<SignedRequest>,
  verify: (of: SignedRequest) => unknown,
): Promise<string> {
  let [accepted, rejected] = [0, 0]
  for (const signed of variants) {
    const isRight = succeeds(() => verify(signed))
    const send = () => fetch(`${served.url}${path}`, { method: 'POST', body: signed.body, headers: signed.headers })
    const answer = await send()
    const text = await answer.text()
    assert.equal(answer.status, isRight ? 200 : 401, `${JSON.stringify(signed)}: ${text}`)
    if (isRight) {
      assert.equal((JSON.parse(text) as { accepted: number }).accepted, 1, text)
      assert.equal(((await (await send()).json()) as { duplicates: number }).duplicates, 1)
      accepted++
    } else rejected++
  }
  assert.ok(accepted >= ROUNDS && rejected >= ROUNDS, `${accepted} taken, ${rejected} rejected: too few of a kind to compare`)
  return `${accepted} verified by both, each a duplicate the second time; ${rejected} rejected by both`
}

const succeeds = (act: () => unknown): boolean => {
  try {
    act()
    return true
  } catch {
    return false
  }
}

/** A valid signature, then variants with one fault, or unusual but valid. */
function* standardVariants({ standard }: Signers): Generator<SignedRequest> {
  const next = random(1)
  for (let round = 0; round < ROUNDS; round++) {
    const at = new Date()
    const body = JSON.stringify({ card: `ç${Math.floor(next() * 1e9)}`, at: at.getTime(), note: 'ü'.repeat(round) })
    const id = `msg_${round}`
    const signature = standard(secrets.standard).sign(id, at, body)
    const seconds = String(Math.floor(at.getTime() / 1000))
    const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature }
    yield { body, headers }
    const other = standard(OTHER_SECRET).sign(id, at, body)
    const old = new Date(at.getTime() - (TOLERANCE_S + 60 + round) * 1000)
    const early = new Date(at.getTime() + (TOLERANCE_S + 60 + round) * 1000)
    const timed = (when: Date) => ({
      ...headers,
      'webhook-timestamp': String(Math.floor(when.getTime() / 1000)),
      'webhook-signature': standard(secrets.standard).sign(id, when, body),
    })
    const { 'webhook-timestamp': _, ...withoutTime } = headers
    const wrong: readonly SignedRequest[] = [
      { body: body.replace('ç', 'c'), headers },
      { body, headers: { ...headers, 'webhook-id': `${id}x` } },
      { body, headers: { ...headers, 'webhook-timestamp': String(Number(seconds) + 1) } },
      { body, headers: { ...headers, 'webhook-signature': other } },
      { body, headers: { ...headers, 'webhook-signature': signature.replace('v1,', 'v2,') } },
      { body, headers: { ...headers, 'webhook-signature': signature.slice(0, -2) } },
      { body, headers: withoutTime },
      { body, headers: timed(old) },
      { body, headers: timed(early) },
    ]
    yield wrong[round % wrong.length]
    // During a rotation there are two secrets, in either order; further versions are skipped.
    const many = `${id}b`
    const own = standard(secrets.standard).sign(many, at, body)
    yield {
      body,
      headers: { ...headers, 'webhook-id': many, 'webhook-signature': round % 2 ? `${other} ${own}` : `v1a,x ${own} ${other}` },
    }
  }
}

function* stripeVariants({ stripe }: Signers): Generator<SignedRequest> {
  for (let round = 0; round < ROUNDS; round++) {
    const now = Math.floor(Date.now() / 1000)
    const bodyOf = (id: string) =>
      JSON.stringify({ id, object: 'event', created: now, data: { object: { customer: `cüs_${round}` } } }, null, round % 3)
    const body = bodyOf(`evt_${round}`)
    const header = (payload: string, secret: string = secrets.stripe, timestamp = now) =>
      stripe.generateTestHeaderString({ payload, secret, timestamp })
    const signed = (payload: string, signature: string): SignedRequest => ({ body: payload, headers: { 'stripe-signature': signature } })
    yield signed(body, header(body))
    const wrong = [
      signed(body.replace('cüs', 'cus'), header(body)),
      signed(body, header(body, 'whsec_other')),
      signed(body, header(body, secrets.stripe, now - TOLERANCE_S - 60 - round)),
      signed(body, header(body).replace('v1=', 'v0=')),
      signed(body, header(body).slice(0, -2)),
      signed(body, header(body).replace(/^t=\d+/, `t=${now - 1}`)),
    ]
    yield wrong[round % wrong.length]
    const many = bodyOf(`evt_${round}b`)
    const other = header(many, 'whsec_other').replace(/^t=\d+,/, '')
    yield signed(many, round % 2 ? `${header(many)},${other}` : header(many).replace(',v1=', `,v0=abc,${other},v1=`))
  }
}

async function checkDeliveries(served: ServerProcess, { standard }: Signers, receiver: Receiver): Promise<string> {
  const at = Date.now()
  const payment = (number: number) => ({
    id: `out-${number}`,
    card: `köln ${number % 3}`,
    shop: 1,
    amount: '9.50',
    kind: 'online',
    isFirst: false,
    at: at + number,
  })
  const answer = await served.fetch(
    '/sources/payments/events',
    Array.from({ length: 30 }, (_, number) => payment(number)),
  )
  assert.equal(answer.status, 200, await answer.text())
  // The second payment and all later ones of each of three cards are alerts.
  const requests = await receiver.first(27)
  const webhook = standard(secrets.standard)
  for (const { body, headers: received } of requests) {
    const headers = received as Record<string, string>
    const verified = webhook.verify(body, headers) as { readonly key: string; readonly id: string }
    assert.match(verified.key, /^köln \d$/)
    assert.equal(headers['webhook-id'], verified.id)
    for (const changed of [
      () => webhook.verify(body.replace('köln', 'koln'), headers),
      () => webhook.verify(body, { ...headers, 'webhook-id': 'other' }),
      () => standard(OTHER_SECRET).verify(body, headers),
    ])
      assert.throws(changed)
  }
  return `${requests.length} verified; changed in body or id, or by another secret, none`
}
