import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterEach, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { action, answer, appendTo, corrected, features, pipeline } from 'spillway'
import { client } from 'spillway/client'
import { scratchFolder } from '../../test/scratch.ts'
import { check, fraud, hooks, now, payments, shop } from '../../test/serve/shop.ts'
import { pause } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { entity } from '../define/source/entity.ts'
import { t } from '../define/source/t.ts'
import { addToken } from '../serve/access/token-file.ts'
import { spillway, type EmbedOptions } from '../public/embed.ts'

const opened: FastifyInstance[] = []
afterEach(async () => {
  for (const app of opened.splice(0)) await app.close()
})

const folder = (): string => scratchFolder('embed')

async function open(data: string, options: Partial<EmbedOptions> = {}): Promise<FastifyInstance> {
  // A silent connection would delay the shutdown.
  const app = fastify({ forceCloseConnections: true })
  opened.push(app)
  await app.register(spillway, { pipeline: shop, data, ...options })
  await app.ready()
  return app
}

/** Wall clock time, as the run's; one for all events, since a duplicate with different values is a conflict. */
const at = Date.now()
const pay = (id: number, amount = 1.5) => ({ id: String(id), card: 'c', amount, at })

test('the routes are under their prefix, and the rest of the server is unchanged', async () => {
  const app = fastify()
  opened.push(app)
  app.post('/own', async ({ body }) => ({ got: body }))
  await app.register(spillway, { pipeline: shop, data: folder(), prefix: '/flow' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const own = await app.inject({ method: 'POST', url: '/own', payload: { a: 1 } })
  assert.deepEqual(own.json(), { got: { a: 1 } })
  const api = client({ url: `${url}/flow` })
  assert.deepEqual(await api.ready(), { ready: true, pipeline: 'shop', sequence: 0 })
  assert.equal((await api.send(payments, [pay(1), pay(2)])).accepted, 2)
  assert.equal((await api.features(now, 'c')).features.n, 2)
  assert.equal((await api.decide(check, { card: 'c', amount: 5 })).score, 1)
  assert.equal((await app.inject('/healthz')).statusCode, 404)
  const bad = await app.inject({ method: 'POST', url: '/own', payload: '{', headers: { 'content-type': 'application/json' } })
  assert.equal(bad.json<{ code: string }>().code, 'FST_ERR_CTP_INVALID_JSON_BODY')
})

test('calls in the process match those of the client', async () => {
  const { spillway: flow } = await open(folder())
  const many = Array.from({ length: 20_000 }, (_, i) => pay(i))
  const { rejections, ...counts } = await flow.submit(payments, [...many, { ...pay(0), amount: -1 }, pay(1)])
  assert.deepEqual(counts, { accepted: 20_000, duplicates: 1, rejected: 1, sequence: flow.run.end })
  assert.deepEqual([rejections.length, rejections[0].index, rejections[0].reason], [1, 20_000, 'schema'])
  const answer = flow.features(now, 'c')
  assert.deepEqual([answer.features.n, answer.features.sum, answer.key, answer.rejected], [20_000, 30_000, { card: 'c' }, undefined])
  const decision = await flow.request(check, { card: 'c', amount: '9.50' })
  assert.deepEqual([decision.vector, decision.score], [{ amount: 9.5, n: 20_000, hooked: 0 }, 1])
  await assert.rejects(flow.submit({ ...hooks, name: 'hoks' }, []), /there is no source 'hoks'; did you mean 'hooks'/)
  await assert.rejects(flow.submit(payments, pay(1) as never), {
    code: 'SPILL_INPUT',
    message: /are an array: write \[record\] for one$/,
  })
  assert.throws(() => flow.features(now, undefined as never), { code: 'SPILL_KEY', message: /this one has undefined$/ })
  assert.throws(() => flow.features({ ...now, name: 'nw' }, 'c'), /no group 'nw'; did you mean 'now'/)
  await assert.rejects(flow.request({ ...check, name: 'fraud' }, { card: 'c', amount: 1 }), { code: 'SPILL_INPUT' })
})

test('acknowledged events survive closing and reopening the server', async () => {
  const data = folder()
  const acknowledged: number[] = []
  for (const from of [0, 1000]) {
    const app = await open(data)
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/spillway`
    const api = client({ url, tries: 1 })
    const sending = Array.from({ length: 100 }, async (_, i) => {
      const id = from + i
      const answer = i % 2 === 0 ? api.send(payments, [pay(id)]) : app.spillway.submit(payments, [pay(id)])
      if ((await answer).accepted === 1) acknowledged.push(id)
    })
    // Some are acknowledged, some wait, some have not arrived.
    await Promise.any(sending.filter((_, i) => i % 2 === 0))
    const [results] = await Promise.all([Promise.allSettled(sending), app.close()])
    for (const result of results) if (result.status === 'rejected') assert.ok(result.reason instanceof SpillwayError, String(result.reason))
  }
  assert.ok(acknowledged.length > 2)
  const app = await open(data)
  const again = await app.spillway.submit(
    payments,
    acknowledged.map(id => pay(id)),
  )
  assert.deepEqual([again.accepted, again.duplicates], [0, acknowledged.length])
  const decided = await app.inject('/spillway/decisions?model=fraud&limit=1000')
  const ids = new Set(decided.json<{ decisions: { id: string }[] }>().decisions.map(({ id }) => Number(id)))
  for (const id of acknowledged) assert.ok(ids.has(id), `decided ${id}`)
  assert.equal(app.spillway.features(now, 'c').features.n, ids.size)
})

test('after the server closed nothing is accepted, and the folder is free', async () => {
  const data = folder()
  const first = await open(data)
  const second = fastify()
  await second.register(spillway, { pipeline: shop, data }).then(
    () => assert.fail('held by two'),
    error => assert.deepEqual([error.code, /in use by process/.test(error.message)], ['SPILL_BUSY', true]),
  )
  await second.close()
  const flow = first.spillway
  await first.close()
  await assert.rejects(flow.submit(payments, [pay(1)]), { code: 'SPILL_STOPPED', message: /was stopped/ })
  await assert.rejects(flow.request(check, { card: 'c', amount: 1 }), { code: 'SPILL_STOPPED', message: /was stopped/ })
  assert.throws(() => flow.features(now, 'c'), { code: 'SPILL_STOPPED', message: /was stopped/ })
  assert.equal((await open(data)).spillway.run.end, 0)
})

test('ready() rejects with a mistake in the options, and the folder stays free', async () => {
  const data = folder()
  const card = entity('card', t.string())
  const late = features('late', { from: payments, entity: card, place: corrected, values: p => ({ sum: p.amount.sum('1h') }) })
  const cases: readonly (readonly [unknown, unknown, string, RegExp])[] = [
    [{}, data, 'SPILL_DEFINITION', /pipeline is \{\}; give the result of pipeline/],
    [undefined, data, 'SPILL_DEFINITION', /pipeline is undefined/],
    [shop, undefined, 'SPILL_INPUT', /data is undefined; give the path/],
    [shop, import.meta.filename, 'SPILL_STORE', /cannot be created/],
    [pipeline('late', [late]), data, 'SPILL_UNSUPPORTED', /placed corrected/],
  ]
  const wrongAuthorization: readonly (readonly [object, RegExp])[] = [
    [{ tokens: true }, /there are none in .*spillway tokens add NAME --role ROLE/],
    [{ tokens: 'spw_x' }, /true requires those of the data folder/],
    [{ authorize: true }, /give a function/],
    [{ tokens: true, authorize: () => true }, /give one of them/],
  ]
  const wrong = [
    ...cases.map(([definition, data, code, message]) => [{ pipeline: definition, data }, code, message] as const),
    ...wrongAuthorization.map(([options, message]) => [{ pipeline: shop, data, ...options }, 'SPILL_INPUT', message] as const),
  ]
  for (const [options, code, message] of wrong) {
    const app = fastify()
    void app.register(spillway, options as EmbedOptions)
    await assert.rejects(async () => app.ready(), { code, message })
    await app.close()
  }
  await open(data)
})

test('with tokens, clients without a token or without the role are rejected', async () => {
  const data = folder()
  const token = addToken(data, 'till', ['ingest'], 0)
  const app = await open(data, { tokens: true })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/spillway`
  const api = client({ url, token })
  assert.equal((await api.send(payments, [pay(1)])).accepted, 1)
  await assert.rejects(client({ url }).send(payments, [pay(2)]), { code: 'SPILL_TOKEN', status: 401 })
  await assert.rejects(client({ url, token: 'spw_other' }).send(payments, [pay(2)]), { code: 'SPILL_TOKEN', status: 401 })
  await assert.rejects(api.features(now, 'c'), { code: 'SPILL_ROLE', status: 403, message: /needs 'read'/ })
  assert.equal(await api.healthy(), true)
  assert.equal((await app.spillway.request(check, { card: 'c', amount: 1 })).score, 0)
})

test('the embedding server authorizes each role', async () => {
  const roles: string[] = []
  const names: (string | undefined)[] = []
  const app = fastify({ forceCloseConnections: true })
  opened.push(app)
  app.addHook('onResponse', async ({ client: name }) => void names.push(name))
  await app.register(spillway, {
    pipeline: shop,
    data: folder(),
    authorize: async ({ headers }, role) => {
      roles.push(role)
      if (headers.authorization === undefined) throw Object.assign(new Error('log in first'), { statusCode: 401 })
      if (headers.authorization === 'Bearer broken') throw new Error('the database of users is down')
      if (headers.authorization === 'Bearer careless') return undefined as never
      return headers.authorization === 'Bearer ann' ? 'ann' : role === 'read'
    },
  })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/spillway`
  const as = (token?: string) => client({ url, tries: 1, ...(token !== undefined && { token }) })
  assert.equal((await as('ann').send(payments, [pay(1)])).accepted, 1)
  assert.equal((await as('bob').features(now, 'c')).features.n, 1)
  await assert.rejects(as('bob').send(payments, [pay(2)]), { code: 'SPILL_ROLE', status: 403, message: /needs 'ingest'/ })
  await assert.rejects(as().send(payments, [pay(2)]), { code: 'SPILL_TOKEN', status: 401, message: 'log in first' })
  await assert.rejects(as('careless').features(now, 'c'), { code: 'SPILL_ROLE', status: 403 })
  await assert.rejects(as('broken').features(now, 'c'), { status: 500, message: /^internal error/ })
  assert.equal(await as().healthy(), true)
  assert.deepEqual(roles, ['ingest', 'read', 'ingest', 'ingest', 'read', 'read'])
  assert.deepEqual(names.slice(0, 2), ['ann', undefined])
})

test('a stream is authorized again, and ends when the answer is no', async () => {
  let answer = true
  const roles: string[] = []
  const app = fastify({ forceCloseConnections: true })
  opened.push(app)
  const authorize = async (_: unknown, role: string) => {
    roles.push(role)
    return answer
  }
  await app.register(spillway, { pipeline: shop, data: folder(), authorize, bounds: { heartbeatMs: 50 } })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/spillway`
  const { body } = await fetch(`${url}/events`)
  const reader = body!.getReader()
  while (roles.length < 3) assert.equal((await reader.read()).done, false)
  answer = false
  while (!(await reader.read()).done);
  assert.equal((await fetch(`${url}/events`)).status, 403)
})

test('a client over its rate gets 429 with Retry-After', async () => {
  const app = await open(folder(), { rate: { perSecond: 0.1, burst: 1 } })
  const ask = () => app.inject({ url: '/spillway/features/now?key=c' })
  assert.equal((await ask()).statusCode, 200)
  const { statusCode, headers } = await ask()
  assert.deepEqual([statusCode, headers['retry-after']], [429, '10'])
})

async function closeOnceWritten(app: FastifyInstance, file: string): Promise<void> {
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await pause(2)
  await app.close()
}

test('actions are sent from an embedding server, too', async () => {
  const data = folder()
  const file = `${data}.ndjson`
  const app = await open(data, { pipeline: pipeline('told', [action('tell', { when: fraud.score.gte(0), do: appendTo(file) })]) })
  await app.spillway.submit(payments, [pay(1)])
  await closeOnceWritten(app, file)
  assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { action: string }).action, 'tell')
})

test('sources are read into an embedded run, and a reader that fails is logged', async () => {
  const logged: unknown[] = []
  const app = fastify({ forceCloseConnections: true })
  opened.push(app)
  app.log.error = (entry: unknown) => void logged.push(entry)
  const failing = {
    name: 'broker',
    async *read() {
      yield { records: [{ id: 'h', data: { cards: ['c', 'd'], at } }], position: '1' }
      throw new Error('it is gone')
    },
  }
  await app.register(spillway, { pipeline: shop, data: folder(), sources: { payments: [pay(1), pay(2)], hooks: failing } })
  await app.ready()
  await assert.rejects(app.spillway.sourcesEnded, { code: 'SPILL_SOURCE', message: /^source 'hooks': reader 'broker' failed: it is gone$/ })
  while (app.spillway.run.counts.totals.accepted < 4) await pause(2)
  assert.equal((await app.spillway.submit(payments, [pay(3)])).accepted, 1)
  const codes = logged.map(entry => (entry as { err: SpillwayError }).err.code)
  assert.deepEqual(codes, ['SPILL_SOURCE'])
})

test('decisions are delivered from an embedding server, too', async () => {
  const data = folder()
  const file = `${data}.decisions`
  const app = await open(data, { decisions: appendTo(file) })
  await app.spillway.submit(payments, [pay(1)])
  await closeOnceWritten(app, file)
  const { id, body } = JSON.parse(readFileSync(file, 'utf8')) as { id: string; body: { model: string; id: string } }
  assert.match(id, /\/decisions\/[\w-]+\/\d+\.0$/)
  assert.deepEqual([body.model, body.id], ['fraud', pay(1).id])
  const wrong = fastify()
  void wrong.register(spillway, { pipeline: shop, data, decisions: answer(true) })
  await assert.rejects(async () => wrong.ready(), { code: 'SPILL_DEFINITION', message: /^decisions go to destination/ })
  await wrong.close()
})

test('if its decorator name is in use, it rejects and frees the folder', async () => {
  const data = folder()
  const app = fastify()
  app.decorate('spillway', null as never)
  void app.register(spillway, { pipeline: shop, data })
  await assert.rejects(async () => app.ready(), { code: 'FST_ERR_DEC_ALREADY_PRESENT' })
  await open(data)
  await app.close()
})

test('it runs in a second copy of Fastify, after the hooks of that server', async () => {
  const require = createRequire(import.meta.url)
  for (const path of Object.keys(require.cache)) if (path.includes('node_modules/fastify/')) delete require.cache[path]
  const other = require('fastify') as typeof fastify
  assert.notEqual(other, fastify)
  const app = other()
  opened.push(app)
  app.addHook('onRequest', async ({ headers }, reply) => {
    if (headers.authorization !== 'Bearer open') await reply.code(401).send({ code: 'SPILL_INPUT', message: 'who are you?' })
  })
  await app.register(spillway, { pipeline: shop, data: folder() })
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/spillway`
  await assert.rejects(client({ url }).send(payments, [pay(1)]), { status: 401, message: /who are you/ })
  assert.equal((await client({ url, token: 'open' }).send(payments, [pay(1)])).accepted, 1)
})
