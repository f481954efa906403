import type { FastifyInstance } from 'fastify'
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { open, posted, shop as pipeline, start } from '../../../test/serve/shop.ts'
import { count, entity, features, pipeline as definePipeline, source, stream, t } from '../../index.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { serve } from '../server.ts'
import { webhookVerifier, type WebhookSecrets } from '../access/webhook-signature.ts'

const seconds = start / 1000
const key = Buffer.alloc(24, 7)
const standardSecret = `whsec_${key.toString('base64')}`
const stripeSecret = 'whsec_stripe'

const standard = (body: string, { id = 'msg_1', at = seconds, by = key } = {}) => ({
  'webhook-id': id,
  'webhook-timestamp': String(at),
  'webhook-signature': `v1a,x v1,${createHmac('sha256', by).update(`${id}.${at}.${body}`).digest('base64')}`,
})
const stripe = (body: string, { at = seconds, by = stripeSecret } = {}) => ({
  'stripe-signature': `t=${at},v0=00,v1=${createHmac('sha256', by).update(`${at}.${body}`).digest('hex')}`,
})

test('the example signature of Standard Webhooks is valid', () => {
  // Secret, id, timestamp, body and signature are from the reference libraries of the standard.
  const verify = webhookVerifier({ style: 'standard', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, 'hooks')
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  }
  const body = Buffer.from('{"test": 2432232314}')
  assert.deepEqual(verify(headers, body, 1614265330_000), { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek' })
  assert.throws(() => verify(headers, Buffer.from('{"test": 2432232315}'), 1614265330_000), { code: 'SPILL_SIGNATURE' })
})

for (const [style, secret, sign] of [
  ['standard', standardSecret, standard],
  ['stripe', stripeSecret, stripe],
] as const)
  test(`${style}: a webhook without a current signature of its body by the secret is rejected`, () => {
    const otherSecret = style === 'standard' ? `whsec_${Buffer.alloc(24, 8).toString('base64')}` : 'whsec_other'
    const verify = webhookVerifier({ style, secret: [otherSecret, secret] }, 'hooks')
    const body = '{"a":1}'
    const at = (now: number, headers: Record<string, string>, text = body) => verify(headers, Buffer.from(text), now)
    for (const away of [0, -300, 300]) at(start + away * 1000, sign(body))
    for (const away of [-301, 301, 86_400, -86_400])
      assert.throws(() => at(start + away * 1000, sign(body)), {
        code: 'SPILL_SIGNATURE',
        message: /s (behind|ahead of) this machine's clock/,
      })
    const wrong: readonly Record<string, string>[] = [
      {},
      sign('{"a":2}'),
      sign(body, { by: 'x' as never }),
      Object.fromEntries(Object.entries(sign(body)).map(([name, value]) => [name, `${value}0`])),
      { ...sign(body), 'webhook-id': 'msg_2', 'stripe-signature': `t=${seconds}` },
      { ...sign(body), 'webhook-timestamp': 'now', 'stripe-signature': `t=now,v1=00` },
      { ...sign(body), 'webhook-signature': 'v1,', 'stripe-signature': '=' },
    ]
    for (const headers of wrong) assert.throws(() => at(start, headers), { code: 'SPILL_SIGNATURE' }, JSON.stringify(headers))
  })

test('a malformed secret is rejected at the start', () => {
  for (const secret of ['', [], 'whsec_', 'whsec_c2hvcnQ=', 'whsec_%%%%%%%%%%%%%%%%%%%%%%%%'])
    assert.throws(
      () => webhookVerifier({ style: 'standard', secret }, 'hooks'),
      { code: 'SPILL_INPUT', message: /webhook secret of 'hooks'/ },
      String(secret),
    )
  assert.throws(() => webhookVerifier({ style: 'stripe', secret: [''] }, 'hooks'), { code: 'SPILL_INPUT' })
})

const shop = await open({
  webhooks: { hooks: { style: 'standard', secret: standardSecret }, payments: { style: 'stripe', secret: stripeSecret } },
  clock: () => start,
})
after(() => shop.close())

const send = async (source: string, body: string, headers: Record<string, string>) => {
  const answer = await posted(shop.app, `/sources/${source}/webhook`, body, headers)
  const { accepted, duplicates, rejected, code } = answer.json<Record<string, unknown>>()
  return [answer.statusCode, ...(code === undefined ? [accepted, duplicates, rejected] : [code])]
}

function letters(): unknown[] {
  const reader = readDataFolder(shop.data)
  const letters = [...reader.deadLetters.dead()].map(({ source, reason, raw }) => [source, reason, raw])
  reader.close()
  return letters
}

test('a webhook passes the map of its source, and is deduplicated by its id', async () => {
  const body = '{ "type": "x", "data": { "cards": ["c", "d"], "at": 0 } }'
  assert.deepEqual(await send('hooks', body, standard(body)), [200, 2, 0, 0])
  assert.deepEqual(await send('hooks', body, standard(body, { at: seconds + 200 })), [200, 0, 2, 0])
  assert.deepEqual(await send('hooks', body, standard(body, { id: 'msg_2' })), [200, 2, 0, 0])
  const own = '{"id":"own","data":{"cards":["e"],"at":0}}'
  assert.deepEqual(await send('hooks', own, standard(own, { id: 'msg_3' })), [200, 1, 0, 0])
  assert.deepEqual(await send('hooks', own, standard(own, { id: 'msg_4' })), [200, 0, 1, 0], 'the id of the body is its id')
  const event = '{"id":"evt_1","card":"c","amount":"2","at":0}'
  assert.deepEqual(await send('payments', event, stripe(event)), [200, 1, 0, 0])
  assert.deepEqual(await send('payments', event, stripe(event)), [200, 0, 1, 0])
  const marked = '\uFEFF{"data":{"cards":["m"],"at":0}}'
  assert.deepEqual(await send('hooks', marked, standard(marked, { id: 'msg_m' })), [200, 1, 0, 0], 'signed with its mark of UTF-8')
})

test('an unsigned webhook is 401 and leaves nothing; a rejected record is 200, and kept with its id', async () => {
  const { end } = shop.run
  const before = letters().length
  const body = '{"data":{"cards":["z"],"at":0}}'
  assert.deepEqual(await send('hooks', body, {}), [401, 'SPILL_SIGNATURE'])
  assert.deepEqual(await send('hooks', body, standard(`${body} `)), [401, 'SPILL_SIGNATURE'])
  assert.deepEqual(await send('payments', body, standard(body)), [401, 'SPILL_SIGNATURE'])
  assert.deepEqual([shop.run.end, letters().length], [end, before])
  assert.deepEqual(await send('hooks', ' {} ', standard(' {} ', { id: 'msg_e' })), [200, 0, 0, 1])
  assert.deepEqual(await send('hooks', '{"n":1.0}', standard('{"n":1.0}', { id: 'msg_"q' })), [200, 0, 0, 1])
  const twice = '\uFEFF{"data":1,"data":2}'
  assert.deepEqual(await send('hooks', twice, standard(twice, { id: 'msg_t' })), [200, 0, 0, 1])
  const deep = `{"data":${'['.repeat(1000)}`
  assert.deepEqual(await send('hooks', deep, standard(deep, { id: 'msg_d' })), [200, 0, 0, 1])
  assert.deepEqual(letters().slice(before), [
    ['hooks', 'map', '{"id":"msg_e"}'],
    ['hooks', 'map', '{"id":"msg_\\"q","n":1.0}'],
    ['hooks', 'schema', '{"id":"msg_t","data":1,"data":2}'],
    ['hooks', 'schema', deep],
  ])
  assert.deepEqual(await send('hooks', '[]', standard('[]')), [400, 'SPILL_INPUT'])
  for (const text of ['{', 'no']) assert.deepEqual(await send('hooks', text, standard(text)), [400, 'SPILL_FORMAT'], text)
})

test('without a signature, every webhook path answers the same, and tells neither sources nor their styles', async () => {
  const body = '{"data":{"cards":["z"],"at":0}}'
  const foreign = Buffer.alloc(24, 9)
  const answered = async (source: string, headers: Record<string, string>, method: 'POST' | 'GET' = 'POST') => {
    const answer = await shop.app.inject({
      method,
      url: `/sources/${source}/webhook`,
      headers,
      ...(method === 'POST' && { payload: body }),
    })
    const { date: _, ...replyHeaders } = answer.headers
    return { status: answer.statusCode, replyHeaders, body: method === 'POST' ? answer.body : answer.json<{ code: string }>().code }
  }
  const kinds: readonly Record<string, string>[] = [
    {},
    { 'content-type': 'text/plain' },
    standard(body, { by: foreign }),
    standard(body, { at: seconds - 1000 }),
    stripe(body, { by: 'whsec_foreign' }),
    stripe(body, { at: seconds + 1000 }),
    { ...standard(body, { by: foreign }), 'content-encoding': 'br' },
    { ...standard(body, { by: foreign }), 'content-encoding': 'gzip' },
  ]
  for (const headers of kinds) {
    const answer = await answered('hooks', headers)
    for (const name of ['payments', 'nowhere', 'hooks%00'])
      assert.deepEqual(await answered(name, headers), answer, `${name} ${JSON.stringify(headers)}`)
  }
  assert.deepEqual(await answered('hookz', {}, 'GET'), await answered('hooks', {}, 'GET'))
  const { body: metrics } = await shop.app.inject({ url: '/metrics' })
  for (const [source, reason] of [
    ['hooks', 'header'],
    ['hooks', 'time'],
    ['hooks', 'signature'],
    ['payments', 'signature'],
    ['', 'source'],
  ])
    assert.match(metrics, new RegExp(`^spillway_webhooks_unsigned_total\\{source="${source}",reason="${reason}"\\} [1-9]`, 'm'))
})

test('the server rejects a webhook without signature headers before it reads the body', async () => {
  const load = (await shop.app.inject({ url: '/metrics' })).body
  assert.match(load, /^spillway_http_body_bytes 0$/m)
  const answer = await send('hooks', '{'.repeat(2 << 20), {})
  assert.deepEqual(answer, [401, 'SPILL_SIGNATURE'])
  assert.deepEqual(await send('hooks', '{'.repeat(2 << 20), standard('{')), [413, 'SPILL_LIMIT'])
})

test('an unknown source, or a source without deduplication, accepts no webhooks', async () => {
  const serverWith = (webhooks: WebhookSecrets, ir = pipeline.ir) =>
    serve({ run: shop.run, pipeline: { ...pipeline, ir }, data: shop.data, webhooks })
  const stripe = { style: 'stripe', secret: 'x' } as const
  const rejected = async (app: FastifyInstance, message: RegExp, code = 'SPILL_INPUT') => {
    await assert.rejects(async () => app.ready(), { code, message })
    await app.close()
  }
  await rejected(serverWith({ hook: stripe }), /did you mean 'hooks'/, 'SPILL_NOT_FOUND')
  const { id: _, ...without } = pipeline.ir.sources[0]
  const ir = { ...pipeline.ir, sources: [without] }
  await rejected(serverWith({ payments: stripe }, ir), /give it an id/)
  const forgetting = (dedupe: number) => ({ ...pipeline.ir, sources: pipeline.ir.sources.map(source => ({ ...source, dedupe })) })
  await rejected(serverWith({ payments: stripe }, forgetting(599_999)), /could be replayed; write dedupe: '10m' or longer$/)
  const remembering = serverWith({ payments: stripe }, forgetting(600_000))
  await remembering.ready()
  await remembering.close()
})

test('a webhook that has its id under an earlier name of the column is accepted with that id', async () => {
  const card = entity('card', t.string())
  const renamed = source('renamed', {
    schema: { code: t.string(), card, at: t.timestamp() },
    key: 'card',
    time: 'at',
    id: 'code',
    renamed: { number: 'code' },
  })
  const counts = features('counts', { from: renamed, entity: card, place: stream, values: () => ({ n: count('1h') }) })
  const numbered = definePipeline('numbered', [counts])
  const data = scratchFolder('webhooks')
  const running = await LiveRun.open(numbered, data)
  const webhooks: WebhookSecrets = { renamed: { style: 'standard', secret: standardSecret } }
  const app = serve({ run: running.run, pipeline: numbered, data, webhooks, clock: () => start })
  const post = async (body: string, id: string) => {
    const { accepted, duplicates, rejected } = (await posted(app, '/sources/renamed/webhook', body, standard(body, { id }))).json<
      Record<string, unknown>
    >()
    return [accepted, duplicates, rejected]
  }
  const body = '{"number":"7","card":"c","at":0}'
  assert.deepEqual(await post(body, 'msg_1'), [1, 0, 0])
  assert.deepEqual(await post(body, 'msg_2'), [0, 1, 0])
  assert.deepEqual(await post('{"card":"c","at":0}', 'msg_3'), [1, 0, 0])
  await app.close()
  await running.stop()
})
