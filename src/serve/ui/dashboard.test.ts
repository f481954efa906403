/** The dashboard's page, its files, and sessions of browsers. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import Fastify from 'fastify'
import { open, pay, posted, shop as pipeline } from '../../../test/serve/shop.ts'
import { limits } from '../../base/index.ts'
import { addToken, revokeToken } from '../access/token-file.ts'
import { sessionCookie } from '../access/session-cookie.ts'
import { Tokens } from '../access/tokens.ts'
import { servePlugin } from '../plugin.ts'

const shop = await open()
after(() => shop.close())
const { app } = shop

/** kB of the script, compressed: the budget of `src/ui/README.md`. */
const SCRIPT_KB_MAX = 120

test('every path below /ui is the page, under a policy that allows no inline code and no other machine', async () => {
  for (const url of ['/ui', '/ui/', '/ui/decisions/12?model=fraud', '/ui/nothing/there']) {
    const { statusCode, headers, body } = await app.inject({ url })
    assert.equal(statusCode, 200, url)
    assert.match(String(headers['content-type']), /^text\/html/)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    assert.doesNotMatch(body, /<script(?! type="module" src=)|<style|style=|onclick/)
    assert.match(body, /<meta name="spillway-prefix" content="">/)
    assert.doesNotMatch(body, new RegExp(`<title>.*${pipeline.ir.name}`), 'the page has no data of the run')
  }
})

test('script and stylesheet have a hash in their names, are compressed, and fit the budget', async () => {
  const { body } = await app.inject({ url: '/ui' })
  const urls = [...body.matchAll(/(?:src|href)="(\/ui\/assets\/main-[0-9a-f]{8}\.(?:js|css))"/g)].map(([, url]) => url)
  assert.equal(urls.length, 2)
  for (const url of urls) {
    const zipped = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
    assert.equal(zipped.headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.equal(zipped.headers['content-encoding'], 'gzip')
    const plain = await app.inject({ url })
    assert.deepEqual(gunzipSync(zipped.rawPayload), plain.rawPayload)
    assert.ok(zipped.rawPayload.length < SCRIPT_KB_MAX * 1000, `${zipped.rawPayload.length} bytes`)
  }
  const gone = await app.inject({ url: '/ui/assets/main-00000000.js' })
  assert.deepEqual([gone.statusCode, gone.json<{ code: string }>().code], [404, 'SPILL_NOT_FOUND'])
})

test('the runbook of each cause is a section of the guide, as text', async () => {
  const guide = readFileSync(new URL('../../../docs/guides/alerts.md', import.meta.url), 'utf8')
  const causes = [...guide.matchAll(/^## ([a-z-]+)$/gm)].map(([, cause]) => cause)
  assert.equal(causes.length, 15)
  for (const cause of causes) {
    const { statusCode, headers, body } = await app.inject({ url: `/ui/runbook/${cause}` })
    assert.deepEqual([statusCode, headers['content-type']], [200, 'text/plain; charset=utf-8'], cause)
    assert.ok(body.startsWith(`## ${cause}\n`) && guide.includes(body), cause)
    assert.equal(body.match(/^## /gm)!.length, 1, cause)
  }
  for (const cause of ['no-such', '..%2F..%2Fpackage.json', 'What people']) {
    const gone = await app.inject({ url: `/ui/runbook/${encodeURIComponent(cause)}` })
    assert.deepEqual([gone.statusCode, gone.json<{ code: string }>().code], [404, 'SPILL_NOT_FOUND'], cause)
  }
})

test('under a prefix of an embedding server the page knows the prefix', async () => {
  const own = Fastify()
  const { run, data } = shop
  await own.register(servePlugin, { run, pipeline, data, prefix: '/flow' })
  const { body } = await own.inject({ url: '/flow/ui/sources' })
  assert.match(body, /<meta name="spillway-prefix" content="\/flow">[^]*src="\/flow\/ui\/assets\/main-/)
  await own.close()
})

test('without tokens the session has all roles', async () => {
  const { body, headers } = await app.inject({ url: '/ui/session' })
  assert.deepEqual(JSON.parse(body), {
    authorization: 'none',
    roles: ['ingest', 'read', 'decide', 'operate', 'personal', 'admin'],
    pipeline: 'shop',
  })
  assert.equal(headers['cache-control'], 'no-store')
})

test('the status has the counts of the run, and all readers within half a second share an answer', async () => {
  await posted(app, '/sources/payments/events', [pay(1), pay(1), { ...pay(2), amount: 'a lot' }])
  const first = await app.inject({ url: '/status' })
  const status = first.json<{
    started: number
    sources: { lastArrival?: number }[]
    state: string
    deadLetters: object[]
    models: object[]
  }>()
  assert.equal(status.state, 'running')
  const { lastArrival, ...counts } = status.sources[0]
  assert.deepEqual(counts, { source: 'payments', accepted: 1, duplicates: 1, rejected: 1, late: 0 })
  const newest = (await app.inject({ url: '/sources/payments/events?limit=1' })).json<{ events: { arrival: number }[] }>()
  assert.deepEqual([lastArrival, status.sources[1]?.lastArrival], [newest.events[0].arrival, undefined])
  assert.deepEqual(status.models[0], { model: 'fraud', decisions: 1 })
  assert.deepEqual(status.deadLetters, [{ source: 'payments', reason: 'schema', letters: 1 }])
  assert.equal((await app.inject({ url: '/status' })).body, first.body)
})

test('the description of the pipeline names what each definition reads', async () => {
  const { models, groups } = (await app.inject({ url: '/pipeline' })).json<{
    models: { name: string; groups: string[]; trigger: string; inputs: object[] }[]
    groups: { name: string; placement: object; features: object[] }[]
  }>()
  assert.deepEqual(
    models.map(({ name, groups: read, trigger }) => [name, trigger, ...read]),
    [
      ['fraud', 'on payments', 'now'],
      ['check', 'on request', 'now', 'hooked'],
    ],
  )
  assert.deepEqual(groups[0].placement, { kind: 'stream', text: 'stream' })
  assert.match(JSON.stringify(groups[0].features), /"sum","type":"decimal\(2\)","definition":"sum\(amount\) over 1h/)
  assert.deepEqual(models[1].inputs[1], { name: 'n', type: 'int', definition: 'now.n' })
})

const host = '127.0.0.1:7070'

async function withTokens(use: (guarded: Awaited<ReturnType<typeof open>>, clock: { now: number }) => Promise<void>): Promise<void> {
  const clock = { now: 0 }
  const guarded = await open()
  addToken(guarded.data, 'first', ['ingest'], 0)
  const tokens = new Tokens(guarded.data, undefined, () => clock.now)
  const own = Fastify()
  const { run, data, control } = guarded
  await own.register(servePlugin, { run, pipeline, data, control, tokens })
  try {
    await use({ ...guarded, app: own }, clock)
  } finally {
    await own.close()
    await guarded.close()
  }
}

const signIn = (own: typeof app, token: string, headers: Record<string, string> = {}) =>
  own.inject({ method: 'POST', url: '/ui/session', payload: { token }, headers: { host, ...headers } })

test('a token begins a session whose cookie no script and no other site can use; its roles are those of the token', () =>
  withTokens(async ({ app: own, data }, clock) => {
    const token = addToken(data, 'ann', ['read'], 0)
    clock.now += limits.TOKENS_LOOK_MS
    assert.deepEqual((await own.inject({ url: '/ui/session' })).json(), { authorization: 'token', roles: [] })
    assert.equal((await own.inject({ url: '/status' })).statusCode, 401)
    assert.equal((await signIn(own, 'spw_wrong')).statusCode, 401)
    const answer = await signIn(own, token)
    assert.deepEqual(answer.json(), { client: 'ann', roles: ['read'] })
    const set = String(answer.headers['set-cookie'])
    assert.match(set, /^spillway-session-7070=[0-9a-f]{32}\.\d+\.[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/)
    const cookie = set.split(';')[0]
    const session = await own.inject({ url: '/ui/session', headers: { host, cookie } })
    assert.deepEqual(session.json(), { authorization: 'token', client: 'ann', roles: ['read'], pipeline: 'shop' })
    assert.equal((await own.inject({ url: '/status', headers: { host, cookie } })).statusCode, 200)
    // The page hides it, and the server rejects it.
    const letters = await own.inject({ url: '/dead-letters', headers: { host, cookie } })
    assert.deepEqual([letters.statusCode, letters.json<{ code: string }>().code], [403, 'SPILL_ROLE'])
    // A run at another port of this host has a session of its own.
    assert.equal((await own.inject({ url: '/status', headers: { host: '127.0.0.1:7071', cookie } })).statusCode, 401)
    assert.match(String((await signIn(own, token, { 'x-forwarded-proto': 'https' })).headers['set-cookie']), /; Secure$/)
    const ended = await own.inject({ method: 'DELETE', url: '/ui/session', headers: { host, cookie } })
    assert.match(String(ended.headers['set-cookie']), /^spillway-session-7070=; .*Max-Age=0$/)
  }))

test('a revoked token ends the session at the next request, with the reason', () =>
  withTokens(async ({ app: own, data }, clock) => {
    const token = addToken(data, 'ann', ['admin'], 0)
    clock.now += limits.TOKENS_LOOK_MS
    const cookie = String((await signIn(own, token)).headers['set-cookie']).split(';')[0]
    revokeToken(data, 'ann')
    clock.now += limits.TOKENS_LOOK_MS
    const answer = await own.inject({ url: '/status', headers: { host, cookie } })
    assert.deepEqual(
      [answer.statusCode, answer.json<{ message: string }>().message],
      [401, 'the session has ended: its token was revoked, the server restarted, or it is 12 h old; sign in again'],
    )
    const session = await own.inject({ url: '/ui/session', headers: { host, cookie } })
    assert.deepEqual(session.json(), {
      authorization: 'token',
      roles: [],
      ended: 'its token was revoked, the server restarted, or it is 12 h old',
    })
  }))

test('the cookie is for encrypted connections alone where the session began on one', () => {
  const cookie = (protocol: string) => sessionCookie({ headers: { host }, protocol }, { value: 'v', path: '' })
  assert.match(cookie('https'), /; Secure$/)
  assert.doesNotMatch(cookie('http'), /Secure/)
})

test('the cookie holds no token: it is no Bearer token, and a changed, expired or foreign one opens nothing', () =>
  withTokens(async ({ app: own, data }, clock) => {
    const token = addToken(data, 'ann', ['read'], 0)
    const bob = addToken(data, 'bob', ['admin'], 0)
    clock.now += limits.TOKENS_LOOK_MS
    const cookieOf = async (text: string) => String((await signIn(own, text)).headers['set-cookie']).split(';')[0]
    const cookie = await cookieOf(token)
    const [name, value] = cookie.split('=')
    const [id, expiry, mac] = value.split('.')
    const statusOf = async (headers: Record<string, string>) =>
      (await own.inject({ url: '/status', headers: { host, ...headers } })).statusCode
    const bobId = (await cookieOf(bob)).split('=')[1].split('.')[0]
    assert.equal(await statusOf({ cookie }), 200)
    assert.equal(await statusOf({ authorization: `Bearer ${value}` }), 401)
    const changed = [
      token,
      id,
      `${bobId}.${expiry}.${mac}`,
      `${id}.${Number(expiry) + 1}.${mac}`,
      `${id}.${expiry}.${mac.slice(1)}`,
      `${id}.${expiry}.${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`,
    ]
    for (const text of changed) assert.equal(await statusOf({ cookie: `${name}=${text}` }), 401, text)
    const other = new Tokens(data)
    assert.equal(other.ofRequest({ host, cookie }), undefined, 'a different process has a different secret')
    assert.ok(other.ofRequest({ host, cookie: `${name}=${other.sealSession(other.find(`Bearer ${token}`)!)}` }))
    clock.now += limits.SESSION_MS - 1
    assert.equal(await statusOf({ cookie }), 200)
    clock.now += 1
    assert.equal(await statusOf({ cookie }), 401)
  }))

test('a page of another origin cannot use the cookie, whatever it sends', () =>
  withTokens(async ({ app: own, data }, clock) => {
    const token = addToken(data, 'ann', ['admin'], 0)
    clock.now += limits.TOKENS_LOOK_MS
    const cookie = String((await signIn(own, token)).headers['set-cookie']).split(';')[0]
    // Another port of the host is the same site: the browser sends the cookie, and needs no preflight for a form.
    const from = (site: string) =>
      own.inject({
        method: 'POST',
        url: '/dead-letters/drop',
        payload: { ids: [1], why: 'x' },
        headers: { host, cookie, 'sec-fetch-site': site },
      })
    for (const site of ['same-site', 'cross-site']) assert.equal((await from(site)).statusCode, 403, site)
    assert.equal((await from('same-origin')).statusCode, 404)
    const foreign = await signIn(own, token, { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' })
    assert.equal(foreign.statusCode, 403)
  }))

test('an embedding server that authorizes by itself gives the session its roles', async () => {
  const own = Fastify()
  const { run, data } = shop
  await own.register(servePlugin, { run, pipeline, data, authorize: (_request, role) => role === 'read' })
  assert.deepEqual((await own.inject({ url: '/ui/session' })).json(), { authorization: 'own', roles: ['read'], pipeline: 'shop' })
  await own.close()
})

test('a body of a session that is none is rejected', async () => {
  const none = await posted(app, '/ui/session', {})
  assert.deepEqual([none.statusCode, none.json<{ code: string }>().code], [400, 'SPILL_INPUT'])
  const other = await posted(app, '/ui/session', { token: 'x', name: 'y' })
  assert.equal(other.statusCode, 400)
})
