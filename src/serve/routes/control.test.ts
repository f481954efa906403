/** Dead letters that are edited, replayed and dropped over HTTP, while the run goes on. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { open, pay, posted, shop as pipeline } from '../../../test/serve/shop.ts'
import { limits } from '../../base/limits.ts'
import { operatorLogPath } from '../../operate/control/operator-log.ts'
import { addToken } from '../access/token-file.ts'
import { Tokens } from '../access/tokens.ts'
import { serve } from '../server.ts'

const shop = await open()
after(() => shop.close())
const { app } = shop

interface Letter {
  readonly id: number
  readonly version: string
  readonly raw: string
  readonly original?: string
  readonly attempts: number
  readonly outcome?: string
}

interface Failure {
  readonly code: string
  readonly message: string
  readonly letter?: Letter
}

const letters = async (query = '') => (await app.inject({ url: `/dead-letters${query}` })).json<{ letters: Letter[] }>().letters
const letter = async (id: number) => (await letters()).find(each => each.id === id)!
const edit = (id: number | string, payload: unknown, headers: Readonly<Record<string, string>> = {}) =>
  app.inject({
    method: 'PATCH',
    url: `/dead-letters/${id}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(payload),
  })
const changesOf = async (path: string) => (await app.inject({ url: path })).json<{ features: { n: number } }>().features.n

test('a dead letter is edited and replayed, and its event is decided on and counted', async () => {
  await posted(app, '/sources/payments/events', [pay(1), { ...pay(2), amount: 'much' }, { ...pay(3), card: undefined }])
  const { version } = await letter(1)
  const edited = await edit(1, { version, set: { amount: '2.50' } })
  assert.equal(edited.statusCode, 200, edited.body)
  const { version: newVersion, raw, original, attempts } = edited.json<Letter>()
  assert.deepEqual([JSON.parse(raw), JSON.parse(original!), attempts], [pay(2, 'c', '2.50'), { ...pay(2), amount: 'much' }, 0])
  assert.notEqual(newVersion, version)
  assert.equal((await letter(1)).version, newVersion)
  const replayed = await posted(app, '/dead-letters/replay', { ids: [2, 1] })
  assert.deepEqual(replayed.json(), {
    letters: [
      { id: 2, outcome: 'rejected', reason: 'key', detail: "'card' is missing", attempts: 1 },
      { id: 1, outcome: 'accepted' },
    ],
    omitted: [],
  })
  assert.equal(await changesOf('/features/now?key=c'), 2)
  const decisions = (await app.inject({ url: '/decisions' })).json<{ decisions: { id: string }[] }>().decisions
  assert.deepEqual(
    decisions.map(({ id }) => id),
    ['1', '2'],
  )
})

test('the second of two editors gets a conflict with the newer record', async () => {
  const { version } = await letter(2)
  const answers = await Promise.all([7, 8].map(card => edit(2, { version, set: { card } })))
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 409],
  )
  const { code, message, letter: newer } = answers[1].json<Failure>()
  assert.deepEqual([code, (JSON.parse(newer!.raw) as { card: unknown }).card], ['SPILL_CONFLICT', 7])
  assert.match(message, /^dead letter 2 has changed: its version is \w{16}, and the edit is of \w{16}$/)
  assert.equal((await edit(2, { version: newer!.version, raw: JSON.stringify(pay(3)) })).statusCode, 200)
})

test('a settled dead letter is a conflict, with its outcome, and a dropped one is kept', async () => {
  const settled = await edit(1, { version: 'x', set: { amount: 1 } })
  assert.deepEqual([settled.statusCode, settled.json<Failure>().letter!.outcome], [409, 'accepted'])
  await posted(app, '/sources/payments/events', [{ ...pay(4), amount: 'x' }])
  const dropped = await posted(app, '/dead-letters/drop', { ids: [3], why: 'a test of ours' })
  const { dropped: ids, settled: at } = dropped.json<{ dropped: number[]; settled: number }>()
  assert.deepEqual([dropped.statusCode, ids, Number.isSafeInteger(at)], [200, [3], true])
  assert.equal(
    (await posted(app, '/dead-letters/drop', { ids: [2, 3], why: 'x' })).json<Failure>().message,
    'dead letter 3 is settled (dropped) and cannot be changed',
  )
  assert.deepEqual(
    (await letters()).map(({ id }) => id),
    [2],
    'of several none is dropped if one cannot be',
  )
})

for (const [path, body, status, message] of [
  ['/dead-letters/replay', { ids: [99] }, 404, /^there is no dead letter 99; `spillway dlq list` lists them$/],
  ['/dead-letters/replay', { ids: [] }, 400, /^"ids" has 0 numbers; give 1 to 1000$/],
  ['/dead-letters/replay', { ids: [2], source: 'sales' }, 404, /^pipeline 'shop' has no source 'sales'; there is payments, hooks$/],
  ['/dead-letters/replay', { ids: [2], fingerprint: 'other' }, 409, /^the run has another version of pipeline 'shop'/],
  ['/dead-letters/replay', [1], 400, /^a request is an object; got \[1\]$/],
  ['/dead-letters/drop', { ids: [2] }, 400, /^the reason is missing/],
  ['/dead-letters/drop', { ids: [99], why: 'x' }, 404, /^there is no dead letter 99/],
  ['/effects/1/drop', { why: 'x', when: 1 }, 400, /^there is no field 'when' here; there is why$/],
  ['/effects/1/retry', undefined, 404, /^there is no effect 1; the newest is 0$/],
  ['/jobs/cancel', { kind: 'export' }, 400, /^"kind" is one of batch-run, report, training, reconciliation, backup; got 'export'$/],
  ['/jobs/cancel', { kind: 'batch-run', name: 'now' }, 404, /^pipeline 'shop' has no feature group with batch runs 'now'/],
  ['/jobs/cancel', { kind: 'report', name: 'list' }, 404, /^pipeline 'shop' has no report 'list'/],
  ['/jobs/cancel', { kind: 'training', name: 'fraud' }, 404, /^pipeline 'shop' has no model with training 'fraud'/],
  ['/jobs/cancel', { kind: 'reconciliation' }, 404, /^this run makes no reconciliations/],
] as const)
  test(`rejected: POST ${path} ${JSON.stringify(body)}`, async () => {
    const answer = await posted(app, path, body)
    assert.deepEqual([answer.statusCode, message.test(answer.json<Failure>().message)], [status, true], answer.body)
  })

for (const [id, body, status, message] of [
  ['99', { version: 'x', raw: '' }, 404, /^there is no dead letter 99/],
  ['x', { version: 'x', raw: '' }, 404, /^there is no PATCH \/dead-letters\/x/],
  ['2', { raw: '' }, 400, /^"version" is the version of the record/],
  ['2', { version: 'x', id: 3, raw: '' }, 400, /^there is no field 'id' here; there are version, set, rename, raw, rawBase64$/],
  ['2', {}, 400, /^"version"/],
  ['2', 'text', 400, /^a request is an object; got 'text'$/],
] as const)
  test(`rejected: PATCH /dead-letters/${id} ${JSON.stringify(body)}`, async () => {
    const answer = await edit(id, body)
    assert.deepEqual([answer.statusCode, message.test(answer.json<Failure>().message)], [status, true], answer.body)
  })

test('a body that is no JSON, of a different type, or too long is rejected', async () => {
  assert.equal((await posted(app, '/dead-letters/replay', '{"ids":[1')).statusCode, 400)
  assert.equal((await posted(app, '/dead-letters/replay', '{}', { 'content-type': 'application/x-ndjson' })).statusCode, 415)
  assert.equal((await posted(app, '/dead-letters/replay', '{}', { 'content-type': 'text/plain' })).statusCode, 415)
  assert.equal((await posted(app, '/dead-letters/replay', ' '.repeat(limits.HTTP_JSON_BYTES_MAX + 1))).statusCode, 413)
  const { version, raw } = await letter(2)
  const long = await edit(2, { version, set: { more: 'x'.repeat(limits.LINE_BYTES_MAX - 60) } })
  assert.deepEqual([long.statusCode, (await letter(2)).version], [400, version], long.body.slice(0, 200))
  assert.match(long.json<Failure>().message, /^the new record of dead letter 2 has \d+ bytes, more than 1048576 \(LINE_BYTES_MAX\)$/)
  assert.equal(raw, JSON.stringify(pay(3)))
})

test('a dead letter that was sent too often must be edited, which says so with a status that a client understands', async () => {
  await posted(app, '/sources/payments/events', [{ ...pay(5), amount: 'x' }])
  for (let i = 0; i < limits.DEAD_ATTEMPTS_MAX; i++) await posted(app, '/dead-letters/replay', { ids: [4] })
  const rejected = await posted(app, '/dead-letters/replay', { ids: [2, 4] })
  assert.deepEqual([rejected.statusCode, rejected.json<Failure>().code], [409, 'SPILL_LIMIT'])
  assert.match(rejected.json<Failure>().message, /^dead letter 4 was replayed 10 times and rejected/)
  const { letters: sent, omitted } = (await posted(app, '/dead-letters/replay', { ids: [4, 1, 2, 99], omitUnsendable: true })).json<{
    letters: object[]
    omitted: object[]
  }>()
  assert.deepEqual(sent, [{ id: 2, outcome: 'accepted' }])
  assert.deepEqual(omitted, [
    { id: 4, reason: 'replayed 10 times before (DEAD_ATTEMPTS_MAX)' },
    { id: 1, reason: 'settled before (accepted)' },
    { id: 99, reason: 'no such dead letter' },
  ])
})

test('the operator log has who changed what, and nothing of a record', async () => {
  const lines = readFileSync(operatorLogPath(shop.data), 'utf8').trim().split('\n')
  const entries = lines.map(line => JSON.parse(line) as Record<string, string>)
  const done = entries
    .filter(({ outcome }) => outcome === 'done')
    .map(({ operator, command, target, detail }) => [operator, command, target, detail])
  assert.deepEqual(done.slice(0, 4), [
    ['http', 'dlq edit', '1', 'amount'],
    ['http', 'dlq replay', '2, 1', '1 settled, 1 rejected again'],
    ['http', 'dlq edit', '2', 'card'],
    ['http', 'dlq edit', '2', 'the whole record'],
  ])
  assert.ok(
    entries.some(
      ({ command, target, outcome, detail }) =>
        command === 'dlq edit' && target === '2' && outcome === 'rejected' && detail === 'SPILL_CONFLICT',
    ),
  )
  // Without the times, whose seconds may read 42.507.
  assert.doesNotMatch(JSON.stringify(entries.map(({ at: _at, ...entry }) => entry)), /2\.50|much/)
})

test('changes need the role operate, and the operator log has the name of the token', async () => {
  const [reader, operator] = (['read', 'operate'] as const).map(role => addToken(shop.data, role, [role], 0))
  const guarded = serve({ run: shop.run, pipeline, data: shop.data, control: shop.control, tokens: new Tokens(shop.data) })
  const ask = (method: 'PATCH' | 'POST', url: string, token?: string) =>
    guarded.inject({
      method,
      url,
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      payload: '{}',
    })
  for (const [method, url] of [
    ['PATCH', '/dead-letters/4'],
    ['POST', '/dead-letters/replay'],
    ['POST', '/dead-letters/drop'],
    ['POST', '/effects/1/retry'],
    ['POST', '/effects/1/drop'],
    ['POST', '/jobs/cancel'],
  ] as const) {
    assert.deepEqual([(await ask(method, url)).statusCode, (await ask(method, url, reader)).statusCode], [401, 403], url)
    assert.match(String((await ask(method, url, operator)).statusCode), /^40[04]$/, url)
  }
  const dropped = await guarded.inject({
    method: 'POST',
    url: '/dead-letters/drop',
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    payload: '{"ids":[4],"why":"noise"}',
  })
  assert.equal(dropped.statusCode, 200)
  assert.match(
    readFileSync(operatorLogPath(shop.data), 'utf8').trim().split('\n').at(-1)!,
    /"operator":"token:operate","command":"dlq drop","target":"4","detail":"noise","outcome":"done"/,
  )
  await guarded.close()
})

test('the resources of replays and drops allow POST alone', async () => {
  for (const url of ['/dead-letters/replay', '/dead-letters/drop']) {
    const answer = await app.inject({ method: 'PATCH', url, payload: {} })
    assert.deepEqual([answer.statusCode, answer.headers.allow], [405, 'POST'])
  }
})
