import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { open, pay, posted } from '../../../test/serve/shop.ts'
import { readDataFolder } from '../../log/sqlite/data-folder.ts'

const shop = await open()
after(() => shop.close())
const { app, run } = shop

const events = '/sources/payments/events'
const lined = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
  posted(app, events, body, { 'content-type': 'application/x-ndjson', ...headers })
const lines = (...records: unknown[]): string =>
  records.map(record => `${typeof record === 'string' ? record : JSON.stringify(record)}\n`).join('')

/** The last dead letters, from the last but `from` on. */
function letters(from: number) {
  const reader = readDataFolder(shop.data)
  const letters = [...reader.deadLetters.dead()].slice(from).map(({ source, reason, place, raw }) => [source, reason, place, raw])
  reader.close()
  return letters
}

test('an event is acknowledged with its position, and sent again it is a duplicate', async () => {
  const first = await posted(app, events, pay('one'))
  assert.deepEqual([first.statusCode, first.json()], [200, { accepted: 1, duplicates: 0, rejected: 0, sequence: 1 }])
  const again = await posted(app, events, pay('one'))
  assert.deepEqual([again.statusCode, again.json()], [200, { accepted: 0, duplicates: 1, rejected: 0, sequence: 1 }])
  assert.match(String(first.headers['content-type']), /^application\/json/)
})

test('valid records of an array are accepted; rejected ones are named by index and kept whole', async () => {
  const before = letters(0).length
  const bad = '{"id":"b" , "card":"c","amount":"-1","at":0}'
  const answer = await posted(
    app,
    events,
    ` [${JSON.stringify(pay('a'))}, ${bad},\n{"id":"x","id":"y"}, ${JSON.stringify(pay('d', '[,"]'))} ] `,
  )
  const { errors, ...counts } = answer.json<{ errors: { index: number; reason: string; detail: string }[] }>()
  assert.deepEqual([answer.statusCode, counts], [200, { accepted: 2, duplicates: 0, rejected: 2, sequence: run.end }])
  assert.deepEqual(
    errors.map(({ index, reason }) => [index, reason]),
    [
      [1, 'schema'],
      [2, 'schema'],
    ],
  )
  assert.match(errors[0].detail, /'amount' is '-1', outside/)
  assert.deepEqual(letters(before), [
    ['payments', 'schema', 'http record 3', '{"id":"x","id":"y"}'],
    ['payments', 'schema', 'http record 2', bad],
  ])
  assert.equal((await posted(app, events, '[ ]')).body, JSON.stringify({ accepted: 0, duplicates: 0, rejected: 0, sequence: run.end }))
})

test('a single rejected event is 422, and kept', async () => {
  const before = letters(0).length
  const answer = await posted(app, events, { ...pay('r'), amount: 'much' })
  const { code, message, ...rest } = answer.json<Record<string, unknown>>()
  assert.deepEqual([answer.statusCode, code, rest['accepted'], rest['rejected']], [422, 'SPILL_REJECTED', 0, 1])
  assert.match(String(message), /^rejected as 'schema': 'amount' needs a decimal/)
  assert.deepEqual(letters(before), [['payments', 'schema', 'http record 1', JSON.stringify({ ...pay('r'), amount: 'much' })]])
  assert.equal((await posted(app, events, '42')).statusCode, 422)
})

test('lines are accepted one by one: a line that is no JSON, no text or no payment is a dead letter with its number', async () => {
  const before = letters(0).length
  const text = Buffer.concat([
    Buffer.from(lines(pay('l1'), '{"id":', '', pay('l2'))),
    Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
    Buffer.from(lines({ id: 'l3' })),
    Buffer.from(JSON.stringify(pay('l4'))),
  ])
  for (const answer of [await lined(text), await lined(gzipSync(text), { 'content-encoding': 'gzip' })]) {
    const { errors, accepted, duplicates, rejected } = answer.json<Record<string, unknown> & { errors: { line: number }[] }>()
    assert.deepEqual([answer.statusCode, Number(accepted) + Number(duplicates), rejected], [200, 3, 3])
    assert.deepEqual(
      errors.map(({ line }) => line),
      [2, 5, 6],
    )
  }
  assert.deepEqual(
    letters(before).map(([, , place]) => place),
    ['http:2', 'http:5', 'http:6', 'http:2', 'http:5', 'http:6'],
  )
})

test('the first of many rejected records are named', async () => {
  const answer = await lined(lines(...Array.from({ length: 30 }, () => ({}))))
  const { errors, rejected } = answer.json<{ errors: unknown[]; rejected: number }>()
  assert.deepEqual([errors.length, rejected], [20, 30])
})

test('a body that cannot be decoded is 400 with the place, and none of it is accepted', async () => {
  const { end } = run
  const good = JSON.stringify(pay('never'))
  const { length } = good
  const place = (byte: number) => new RegExp(`element 1, from byte ${byte}, is not JSON: `)
  const bodies: readonly (readonly [string | Buffer, RegExp])[] = [
    ['', /body is empty/],
    [' \n', /body is empty/],
    [`[${good},{"id":]`, /array has no end in \d+ bytes/],
    [`[${good},{"id":}]`, place(length + 2)],
    [`[${good}] x`, new RegExp(`there is more after its array, at byte ${length + 3}`)],
    [`[${good},]`, place(length + 2)],
    [`[${good}}`, new RegExp(`closed by a brace at byte ${length + 1}`)],
    [`${good}${good}`, new RegExp(`body is not JSON: .*position ${length}`)],
    [Buffer.from([0x7b, 0x22, 0xef, 0xbf, 0xbd, 0xc3, 0x28, 0x22]), /not UTF-8 from byte 5 on/],
    // With a search of the prefix for each mark this would block the loop for minutes.
    [Buffer.concat([Buffer.from('\ufffd'.repeat(300_000)), Buffer.from([0xff])]), /not UTF-8 from byte 900000 on/],
    [Buffer.from([0x22, 0xef, 0xbf]), /not UTF-8 from byte 1 on/],
  ]
  for (const [body, message] of bodies) {
    const answer = await posted(app, events, body)
    assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [400, 'SPILL_FORMAT'], answer.body)
    assert.match(answer.json<{ message: string }>().message, message)
  }
  assert.equal(run.end, end)
})

test('an unknown name is 404 with the nearest one, and an unsupported content type 415', async () => {
  const near = await posted(app, '/sources/payment/events', pay('n'))
  assert.deepEqual(
    [near.statusCode, near.json()],
    [404, { code: 'SPILL_NOT_FOUND', message: "there is no source 'payment'; did you mean 'payments'?" }],
  )
  const nowhere = await app.inject({ url: '/nowhere?x=1' })
  assert.deepEqual([nowhere.statusCode, nowhere.json<{ code: string }>().code], [404, 'SPILL_NOT_FOUND'])
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
    const answer = await posted(app, events, pay('t'), { 'content-type': type })
    assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [415, 'SPILL_FORMAT'], type)
  }
  for (const type of ['application/json; charset=iso-8859-1', 'application/x-ndjson;a=b;charset="UTF-16"']) {
    const answer = await posted(app, events, pay('t'), { 'content-type': type })
    assert.match(`${answer.statusCode} ${answer.json<{ message: string }>().message}`, /^415 charset (iso-8859-1|utf-16) is not supported/)
  }
  assert.equal((await posted(app, events, pay('cs'), { 'content-type': 'application/json;charset="UTF-8"' })).statusCode, 200)
  const packed = await lined('x', { 'content-encoding': 'br' })
  assert.deepEqual([packed.statusCode, packed.headers['accept-encoding']], [415, 'gzip'])
  assert.equal((await lined('', { 'content-encoding': ' Identity' })).statusCode, 200)
})

test('parameters and fields that a route would ignore are rejected', async () => {
  for (const [url, body] of [
    [`${events}?dry=1`, pay('q')],
    ['/sources/payments/decide?at=2020', pay('q')],
    ['/models/check/decide?at=2020', { card: 'c', amount: 1 }],
    ['/features?at=2020', { queries: [] }],
    ['/features', { queries: [], at: '2020' }],
    ['/features', { queries: [{ group: 'now', key: 'c', at: 5 }] }],
  ] as const) {
    const answer = await posted(app, url, body)
    assert.equal(answer.statusCode, 400, url)
    assert.match(answer.body, /there is no (parameter \?|field ')(dry|at)/)
  }
})

test('a path with a different method is 405 and names the allowed ones', async () => {
  for (const [method, url, allow] of [
    ['GET', '/sources/payments/decide', 'POST'],
    ['DELETE', '/healthz', 'GET, HEAD'],
    ['PUT', '/features/now?key=c', 'GET, HEAD'],
    ['GET', '/features?key=c', 'POST'],
  ] as const) {
    const { statusCode, headers, body } = await app.inject({ method, url })
    const [path] = url.split('?')
    const message = `there is no ${method} ${path}; it takes ${allow.replace(', HEAD', '')}`
    assert.deepEqual([statusCode, headers['allow'], JSON.parse(body)], [405, allow, { code: 'SPILL_NOT_FOUND', message }])
  }
  assert.equal((await app.inject({ url: '/features/now/more' })).statusCode, 404)
})

test('a record of a different source is rejected with its missing field', async () => {
  const answer = await posted(app, '/sources/payments/events', { patient: 'p', glucose: 90, at: 0 })
  assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [422, 'SPILL_REJECTED'])
  assert.match(answer.json<{ message: string }>().message, /patient|id/)
})

test('long keys are rejected in events, lines and requests, and records beside them are accepted', async () => {
  const long = 'k'.repeat(500_000)
  const alone = await posted(app, events, pay('long', long))
  assert.deepEqual([alone.statusCode, alone.json<{ accepted: number }>().accepted], [422, 0])
  assert.match(alone.body, /'card' has 500000 bytes of UTF-8, and takes at most 1024; t\.string\(\{ maxBytes \}\) allows more/)
  const among = await lined(lines(pay('before long'), pay('long', long), pay('k'.repeat(1025)), pay('after long', 'é'.repeat(512))))
  const { accepted, rejected } = among.json<{ accepted: number; rejected: number }>()
  assert.deepEqual([among.statusCode, accepted, rejected], [200, 2, 2])
  const answer = await posted(app, '/models/check/decide', { card: long, amount: 1 })
  assert.equal(answer.statusCode, 400)
  assert.match(answer.body, /'card' has 500000 bytes of UTF-8/)
  const answered = await posted(app, '/models/check/decide', { card: 'é'.repeat(512), amount: 1 })
  assert.deepEqual([answered.statusCode, answered.json<{ vector: { n: number } }>().vector.n], [200, 1])
})
