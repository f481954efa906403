/** Personal data are masked in the answers of every route for clients without the role `personal`, and nowhere for clients with it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import {
  action,
  appendTo,
  count,
  entity,
  every,
  features,
  model,
  on,
  pipeline,
  report,
  request,
  rules,
  source,
  stream,
  t,
} from '../../index.ts'
import { closeDataFolder, openDataFolder, type DataFolder } from '../../log/sqlite/data-folder.ts'
import { openRunControl } from '../../operate/control/serve-control.ts'
import { numberInName } from '../../jobs/job-ledger.ts'
import { putsOfResult, RECONCILIATIONS } from '../../reconcile/reconciliation-ledger.ts'
import { Run } from '../../run/loop/run.ts'
import { CommitFeed } from '../events/journal.ts'
import { serve } from '../server.ts'

const patient = entity('patient', t.string().personal())
const readings = source('readings', {
  schema: {
    id: t.string(),
    patient,
    doctor: t.string().personal().nullable(),
    age: t.int({ min: 0, max: 120 }).personal().nullable(),
    ward: t.string(),
    glucose: t.int({ min: 0 }),
    at: t.timestamp(),
  },
  key: 'patient',
  time: 'at',
  id: 'id',
})
const now = features('now', {
  from: readings,
  entity: patient,
  place: stream,
  values: r => ({
    n: count('1h'),
    doctor: r.doctor.last('lifetime'),
    doctors: r.doctor.countDistinct('1d'),
    ward: r.ward.last('lifetime'),
  }),
})
const low = model('low', {
  decide: on(readings),
  inputs: r => ({ glucose: r.glucose, doctor: r.doctor, ward: r.ward, now: now.of(r.patient) }),
  score: v => rules([{ when: v.glucose.lt(70), score: 1 }], 0),
})
const ask = model('ask', {
  decide: request({ patient, phone: t.string().personal(), age: t.int() }),
  inputs: r => ({ age: r.age, n: now.of(r.patient).n }),
  score: v => rules([{ when: v.n.gt(0), score: 1 }], 0),
})
const page = action('page', { when: low.score.gte(0.5), do: appendTo('pages.ndjson') })
const byPatient = report('by_patient', { of: { now }, at: every('1d'), live: '1d' })
const ward = pipeline('ward', [ask, page, byPatient])

const start = Date.parse('2026-01-01T00:00Z')
const reading = (id: string, more: object = {}) => ({
  id,
  patient: 'ann-secret',
  doctor: 'bob-secret',
  ward: 'north',
  glucose: 60,
  at: start,
  ...more,
})

let app: FastifyInstance
let run: Run
let folder: DataFolder
const data = mkdtempSync(join(tmpdir(), 'spillway-personal-'))

before(async () => {
  folder = await openDataFolder(data)
  const feed = new CommitFeed()
  run = new Run(ward, { store: folder.store, clock: () => start, onRecorded: feed.notify })
  const control = openRunControl({ run, pipeline: ward, data })
  const authorize = ({ headers }: { headers: Record<string, unknown> }, role: string) =>
    String(headers['x-roles']).split(',').includes(role)
  app = serve({ run, pipeline: ward, data, feed, control, authorize })
  await app.ready()
  await send('POST', '/sources/readings/events', [
    reading('1'),
    reading('2', { patient: 7, note: 'ann-secret called' }),
    reading('3', { glucose: 'a lot' }),
  ])
})
after(async () => {
  await app.close()
  await run.stop().catch(() => {})
  await closeDataFolder(folder)
  rmSync(data, { recursive: true, force: true })
})

const without = 'ingest,read,decide,operate'
const send = async (method: 'GET' | 'POST' | 'PATCH', url: string, payload?: unknown, roles = without) => {
  const headers = { 'x-roles': roles, ...(payload !== undefined && { 'content-type': 'application/json' }) }
  const answer = await app.inject({ method, url, headers, ...(payload !== undefined && { payload: JSON.stringify(payload) }) })
  return {
    status: answer.statusCode,
    body: answer.body,
    json: answer.headers['content-type']?.toString().includes('json') ? answer.json() : undefined,
  }
}

/** Calls a route with and without the role. Only the answer with it has secrets. Returns the masked answer. */
// oxlint-disable-next-line typescript/no-explicit-any -- answers of ten routes, whose fields the tests compare
async function masked(method: 'GET' | 'POST', url: string, payload?: unknown): Promise<any> {
  const [hidden, shown] = [await send(method, url, payload), await send(method, url, payload, `${without},personal`)]
  assert.deepEqual([hidden.status, shown.status], [200, 200], hidden.body)
  assert.match(shown.body, /-secret/, url)
  assert.doesNotMatch(hidden.body, /-secret/, url)
  return hidden.json
}

test('decisions: key and inputs that follow from personal columns; counts, other inputs and the score stay', async () => {
  const { decisions } = await masked('GET', '/decisions?model=low')
  assert.equal(decisions[0].key, '***')
  assert.deepEqual(decisions[0].vector, {
    glucose: 60,
    doctor: '***',
    ward: 'north',
    now: { n: 1, doctor: '***', doctors: 1, ward: 'north' },
  })
  assert.equal(decisions[0].score, 1)
})

test('traces: the decision, and the event or the request behind it', async () => {
  const { traces } = await masked('GET', '/decisions/0/trace')
  assert.deepEqual(traces[0].on.fields, { id: '1', patient: '***', doctor: '***', age: null, ward: 'north', glucose: 60, at: start })
  const decided = await masked('POST', '/models/ask/decide', { patient: 'ann-secret', phone: '12-secret', age: 30 })
  assert.deepEqual([decided.key, decided.vector], ['***', { age: 30, n: 1 }])
  const requested = await masked('GET', `/decisions/${decided.entry}/trace`)
  assert.deepEqual(requested.traces[0].on.fields, { patient: '***', phone: '***', age: 30 })
})

test('decisions in the response to an event', async () => {
  const { decisions } = await masked('POST', '/sources/readings/decide', reading('4'))
  assert.deepEqual([decisions[0].key, decisions[0].vector.now.doctor], ['***', '***'])
})

test('features: the key and the values', async () => {
  const { key, features: values } = await masked('GET', '/features/now?key=ann-secret')
  assert.deepEqual(key, { patient: '***' })
  assert.deepEqual([values.doctor, values.doctors, values.ward], ['***', 1, 'north'])
  const { answers } = await masked('POST', '/features', { queries: [{ group: 'now', key: 'ann-secret' }] })
  assert.equal(answers[0].features.doctor, '***')
  const past = await masked('GET', `/features/as-of?group=now&key=ann-secret&at=${start + 1}`)
  assert.equal(past.features.features.doctor, '***')
})

test('effects: the key', async () => {
  const { effects } = await masked('GET', '/effects?action=page')
  assert.equal(effects[0].key, '***')
})

test('events of a source: its personal columns', async () => {
  const { events } = await masked('GET', '/sources/readings/events')
  assert.deepEqual(events[0].fields, { id: '1', patient: '***', doctor: '***', age: null, ward: 'north', glucose: 60, at: start })
})

test('streams of decisions, effects and events', async () => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  const firstEvent = async (path: string, roles: string): Promise<string> => {
    const stop = new AbortController()
    const answer = await fetch(`http://127.0.0.1:${port}${path}?after=0`, { headers: { 'x-roles': roles }, signal: stop.signal })
    let text = ''
    for await (const chunk of answer.body!) {
      text += Buffer.from(chunk).toString()
      if (text.includes('data: ')) break
    }
    stop.abort()
    return text
  }
  for (const path of ['/events', '/effects/stream', '/sources/readings/events/stream']) {
    const hidden = await firstEvent(path, without)
    assert.doesNotMatch(hidden, /-secret/, path)
    assert.match(hidden, /"(key|patient)":"\*\*\*"/, path)
    assert.match(await firstEvent(path, `${without},personal`), /"(key|patient)":"ann-secret"/, path)
  }
})

test('dead letters: only values of columns that are not personal, in records, reasons and outcomes', async () => {
  const { letters } = await masked('GET', '/dead-letters')
  assert.deepEqual(JSON.parse(letters[0].raw), {
    id: '2',
    patient: '***',
    doctor: '***',
    ward: 'north',
    glucose: 60,
    at: start,
    note: '***',
  })
  assert.deepEqual([letters[0].isMasked, letters[1].detail], [true, "'glucose' needs an int within ±(2^53−1), got ***"])
  const { causes } = (await send('GET', '/dead-letters/causes')).json
  assert.ok(causes.some(({ detail }: { detail: string }) => detail === "'glucose' needs an int within ±(2^53−1), got ***"))
  const { letters: outcomes } = (await send('POST', '/dead-letters/replay', { ids: [letters[1].id] })).json
  assert.equal(outcomes[0].detail, "'glucose' needs an int within ±(2^53−1), got ***")
})

test('an edit answers masked, sets fields, and puts no mask into a record', async () => {
  const [letter] = (await send('GET', '/dead-letters')).json.letters
  const edit = (body: object) => send('PATCH', `/dead-letters/${letter.id}`, { version: letter.version, ...body })
  const whole = await edit({ raw: '{}' })
  assert.deepEqual([whole.status, whole.json.code], [403, 'SPILL_ROLE'])
  const renamed = await edit({ rename: { doctor: 'ward' } })
  assert.deepEqual([renamed.status, renamed.json.code], [403, 'SPILL_ROLE'])
  const mask = await edit({ set: { doctor: '***' } })
  assert.deepEqual([mask.status, mask.json.code], [400, 'SPILL_INPUT'])
  const late = await edit({ version: '0000000000000000', set: { ward: 'south' } })
  assert.equal(late.status, 409)
  assert.doesNotMatch(late.body, /-secret/)
  const changed = await edit({ set: { ward: 'south' } })
  assert.equal(changed.status, 200)
  assert.doesNotMatch(changed.body, /-secret/)
  assert.equal(JSON.parse(changed.json.raw).ward, 'south')
  const stored = (await send('GET', '/dead-letters', undefined, `${without},personal`)).json.letters[0]
  assert.deepEqual(
    [JSON.parse(stored.raw).doctor, JSON.parse(stored.raw).ward],
    ['bob-secret', 'south'],
    'the fields that were masked are those of the record',
  )
})

test('a number that is out of its range, or too long for JSON, is in no reason and no cause', async () => {
  const tooLong = JSON.stringify(reading('5')).replace('"ann-secret"', '75612345678901234567')
  const headers = { 'x-roles': without, 'content-type': 'application/x-ndjson' }
  const payload = `${JSON.stringify(reading('6', { age: 150 }))}\n${tooLong}\n`
  await app.inject({ method: 'POST', url: '/sources/readings/events', headers, payload })
  for (const url of ['/dead-letters', '/dead-letters/causes']) {
    const { body } = await send('GET', url)
    assert.match(body, /'age' is \*\*\*, outside \[0, 120\]/, url)
    assert.match(body, /'patient' is \*\*\*, which JSON numbers cannot hold exactly/, url)
    assert.doesNotMatch(body, /\b150\b|75612345678901234567/, url)
  }
  assert.match((await send('GET', '/dead-letters', undefined, `${without},personal`)).body, /'age' is 150, outside/)
})

test('a record that is no JSON is masked whole', async () => {
  await app.inject({
    method: 'POST',
    url: '/sources/readings/events',
    headers: { 'x-roles': without, 'content-type': 'application/x-ndjson' },
    payload: 'ann-secret,oops\n',
  })
  const { letters } = await masked('GET', '/dead-letters')
  assert.deepEqual([letters.at(-1).raw, letters.at(-1).detail], ['***', 'not JSON: ***'])
})

test('a file of a report with personal data needs the role', async () => {
  const { status, json } = await send('GET', '/reports/by_patient/latest')
  assert.deepEqual([status, json.code], [403, 'SPILL_ROLE'])
  assert.equal((await send('GET', '/reports/by_patient/latest', undefined, 'read,personal')).status, 404)
})

test('a report of a reconciliation, which quotes values, is left out', async () => {
  const done = { decisions: 1, values: 1, mismatches: 1, unexplained: 1, sound: true }
  const record = { number: 1, state: 'done', began: start, s: start, done } as never
  const puts = putsOfResult(record, { inputs: [{ quotes: 'ann-secret' }] } as never)
  await folder.store.commit({ put: [[`${RECONCILIATIONS}${numberInName(1)}`, JSON.stringify(record)], ...puts] })
  assert.equal((await masked('GET', '/reconciliations/1')).report, null)
})
