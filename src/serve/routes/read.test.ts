import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { open, pay, posted, shop as pipeline, start } from '../../../test/serve/shop.ts'
import { rejections, type FeatureColumn } from '../../aggregate/partial/kernel-partial.ts'
import { SpillwayError } from '../../base/errors.ts'
import { Strings } from '../../columns/strings.ts'
import { featureRejections } from '../../decision/feature-value.ts'
import type { FeatureIR } from '../../define/ir/ir.ts'
import { featuresJson } from './features.ts'
import { serve } from '../server.ts'
import type { FeatureQuery, ServedFeatures } from '../../run/groups/feature-reader.ts'
import type { ServedRun } from '../http/served-run.ts'

const shop = await open()
after(() => shop.close())
const { app, run } = shop
await posted(app, '/sources/payments/events', [pay(1), pay(2, 'd', 200), pay(3)])

interface Decision {
  readonly model: string
  readonly key: string
  readonly id?: string
  readonly score: number | null
  readonly vector: Readonly<Record<string, unknown>>
}

const decisions = async (query: string) => (await app.inject({ url: `/decisions${query}` })).json<{ decisions: Decision[] }>().decisions

test('a requested decision is answered, and recorded', async () => {
  const answer = await posted(app, '/models/check/decide', { card: 'c', amount: '9.50' })
  const { durable, ...decision } = answer.json<Decision & { durable: boolean }>()
  assert.equal(durable, true)
  assert.deepEqual([answer.statusCode, decision.key, decision.score, decision.vector], [200, 'c', 1, { amount: 9.5, n: 2, hooked: 0 }])
  assert.deepEqual(await decisions('?model=check'), [decision])
})

test('a malformed request is an error with the reason', async () => {
  const cases: readonly (readonly [string, unknown, number, RegExp])[] = [
    ['/models/chek/decide', {}, 404, /did you mean 'check'/],
    ['/models/fraud/decide', {}, 400, /decides at each event of 'payments'; send one to \/sources\/payments\/decide/],
    ['/models/check/decide', { card: 'c' }, 400, /'amount'/],
    ['/models/check/decide', [{ card: 'c', amount: 1 }], 400, /not an array/],
    ['/models/check/decide', '{"card":"c","amount":1,"amount":2}', 400, /occurs twice/],
    ['/models/check/decide', '{"card":"c","amount":1.00000000000000000001}', 400, /write it as text/],
    ['/models/check/decide', '{', 400, /not JSON/],
  ]
  for (const [url, body, status, message] of cases) {
    const answer = await posted(app, url, body)
    assert.equal(answer.statusCode, status, answer.body)
    assert.match(answer.json<{ message: string }>().message, message)
  }
})

test('a decision has a trace at once, although its stage times are not in the store yet', async () => {
  const [decision] = await decisions('?model=fraud&limit=1')
  const traced = async (path: string) => app.inject({ url: `/decisions/${path}` })
  const { entry } = decision as Decision & { entry: number }
  const answer = await traced(`${entry}/trace`)
  const { traces } = answer.json<{ traces: { decision: Decision; on: unknown; moments: Record<string, number>; effects: unknown[] }[] }>()
  assert.equal(traces.length, 1)
  const [{ decision: same, on, moments, effects }] = traces
  assert.deepEqual([same, effects], [decision, []])
  assert.deepEqual(on, { kind: 'event', source: 'payments', time: start, arrival: start, fields: { ...pay(3), amount: 1.5 } })
  assert.ok(moments['durable'] >= moments['scored'], JSON.stringify(moments))
  assert.deepEqual((await traced('999/trace?model=fraud')).json<{ nearby: unknown }>().nearby, { before: entry })
  for (const [path, status, message] of [
    ['999/trace', 404, /^entry 999 has no such decision/],
    [`${entry}/trace?key=nobody`, 404, /has no such decision/],
    [`${entry}/trace?model=fruad`, 404, /did you mean 'fraud'/],
    ['first/trace', 400, /^'first' is not a log entry/],
  ] as const) {
    const rejected = await traced(path)
    assert.equal(rejected.statusCode, status, path)
    assert.match(rejected.json<{ message: string }>().message, message)
  }
})

test('the newest matching decisions are listed in the order in which they were made', async () => {
  assert.deepEqual(
    (await decisions('?model=fraud')).map(({ id, score }) => [id, score]),
    [
      ['1', 0.1],
      ['2', 0.9],
      ['3', 0.1],
    ],
  )
  assert.deepEqual(
    (await decisions('?model=fraud&limit=2')).map(({ id }) => id),
    ['2', '3'],
  )
  assert.deepEqual(
    (await decisions('?key=d')).map(({ id }) => id),
    ['2'],
  )
  assert.equal((await decisions(`?model=fraud&until=${start}`)).length, 3)
  assert.equal((await decisions('?model=fraud&until=2026-01-01T00:00Z')).length, 3)
  assert.equal((await decisions('?until=2025-12-31T00:00Z')).length, 0)
  assert.equal((await decisions(`?model=fraud&since=${start}&until=${start}`)).length, 3)
  assert.equal((await decisions(`?model=fraud&since=${start + 1}`)).length, 0)
  assert.deepEqual(
    (await decisions('?model=fraud&min=0.9')).map(({ id }) => id),
    ['2'],
  )
  assert.equal((await decisions('?min=0.9&since=2026-01-01T00:00Z&key=c&model=fraud')).length, 0)
  for (const [query, status] of [
    ['?limit=0', 400],
    ['?since=noon', 400],
    ['?min=high', 400],
    ['?min=', 400],
    ['?before=noon', 400],
    ['?before=', 400],
    ['?limit=x', 400],
    ['?until=noon', 400],
    ['?until=2026-01-01', 400],
    ['?limit=1001', 400],
    ['?key=a&key=b', 400],
    ['?model=fruad', 404],
  ] as const)
    assert.equal((await app.inject({ url: `/decisions${query}` })).statusCode, status, query)
})

test('the page of older decisions is before the `next` of a page, and the last page has none', async () => {
  for (const query of ['', '&model=fraud', '&key=c', '&min=0']) {
    const whole = await decisions(`?limit=1000${query}`)
    const pages: Decision[][] = []
    let before = ''
    do {
      const page: { decisions: Decision[]; next?: string } = (await app.inject({ url: `/decisions?limit=2${query}${before}` })).json()
      pages.unshift(page.decisions)
      before = page.next === undefined ? '' : `&before=${page.next}`
    } while (before !== '')
    assert.ok(pages.length > 1 && pages.slice(1).every(({ length }) => length === 2), query)
    assert.deepEqual(pages.flat(), whole, query)
  }
  assert.deepEqual((await app.inject({ url: '/decisions?before=1.0' })).json(), { decisions: [] })
})

/** Features as a run returns them; it also records its requests. */
const fake = (queries: FeatureQuery[]): ServedRun => ({
  submit: (source, batch) => run.submit(source, batch),
  whenRoom: () => run.whenRoom(),
  requestDecision: (model, fields) => run.requestDecision(model, fields),
  decide: (source, batch) => run.decide(source, batch),
  end: 0,
  waiting: 0,
  isHeldBack: false,
  idRooms: () => [],
  counts: run.counts,
  ended: run.ended,
  features: (requested, make) => {
    queries.push(...requested)
    return requested.map(({ group, key }) => {
      if (key[0] === 'bad') throw new SpillwayError('SPILL_INPUT', 'no key')
      const of = { group, key: { card: key[0] }, t: start, asOf: start, visibleEvents: 3, layer: 'stream', ageMs: 0 } as const
      const ir = pipeline.ir.groups.find(({ name }) => name === group)!
      const columns = [column([2]), column([0], { nulls: [1], rejected: [rejections.limit] })].slice(0, ir.features.length)
      return make({ of, group: ir, columns, row: 0, strings: new Strings() })
    })
  },
})

interface Marks {
  readonly nulls?: readonly number[]
  readonly rejected?: readonly number[]
  readonly counts?: readonly number[]
  readonly width?: number
}

/** A column of a feature; all rows have values by default. */
const column = (values: readonly number[], { nulls, rejected, counts, width = 1 }: Marks = {}): FeatureColumn => ({
  values: Float64Array.from(values),
  nulls: Uint8Array.from(nulls ?? values.map(() => 0)),
  rejected: Uint8Array.from(rejected ?? values.map(() => 0)),
  width,
  ...(counts && { counts: Uint16Array.from(counts) }),
})

test('features are read by key, of one group or several in a call', async () => {
  const requests: FeatureQuery[] = []
  const own = serve({ run: fake(requests), pipeline, data: shop.data })
  const response = await own.inject({ url: '/features/now?key=a,b' })
  const answer = { group: 'now', key: { card: 'a,b' }, t: start, asOf: start, visibleEvents: 3, layer: 'stream', ageMs: 0 }
  const values = { features: { n: 2 }, rejected: { sum: featureRejections[rejections.limit] } }
  assert.deepEqual([response.statusCode, response.json()], [200, { ...answer, ...values }])
  const queries = [
    { group: 'now', key: 'c' },
    { group: 'hooked', key: [7] },
  ]
  const two = await posted(own, '/features', { queries })
  assert.deepEqual(
    two.json<{ answers: ServedFeatures[] }>().answers.map(({ group, key }) => [group, key]),
    [
      ['now', { card: 'c' }],
      ['hooked', { card: '7' }],
    ],
  )
  assert.deepEqual(requests, [
    { group: 'now', key: ['a,b'] },
    { group: 'now', key: ['c'] },
    { group: 'hooked', key: ['7'] },
  ])
  for (const [url, status] of [
    ['/features/now', 400],
    ['/features/now?key=a&key=b', 400],
    ['/features/now?key=bad', 400],
    ['/features/nw?key=a', 404],
  ] as const)
    assert.equal((await own.inject({ url })).statusCode, status, url)
  for (const body of [
    '[]',
    '{"queries":{}}',
    '{"queries":[{"key":"a"}]}',
    '{"queries":[{"group":"now","key":null}]}',
    '{"queries":[{"group":"now","key":9007199254740992}]}',
  ])
    assert.equal((await posted(own, '/features', body)).statusCode, 400, body)
  assert.equal((await posted(own, '/features', { queries: new Array(1001).fill(queries[0]) })).statusCode, 413)
  await own.close()
})

test('values are encoded as `JSON.stringify` does', () => {
  const strings = new Strings()
  const [x, p, q] = ['x"\n', 'p', 'q'].map(text => strings.idOf(text))
  const cases: readonly (readonly [name: string, type: FeatureIR['type'], of: FeatureColumn, value: unknown])[] = [
    ['a', 'double', column([9, 1.5]), 1.5],
    ['b"', 'string', column([9, x]), 'x"\n'],
    ['c', 'double', column([9, 7], { nulls: [0, 1] }), null],
    ['d', 'bool', column([0, 1]), true],
    ['e', 'string', column([9, 9, 9, p, q, 9], { width: 3, counts: [3, 2] }), ['p', 'q']],
    ['f', 'double', column([9, -1e-7]), -1e-7],
    ['g', 'double', column([9, 1e21]), 1e21],
    ['h', 'decimal', column([9, 1234]), 12.34],
  ]
  const features = cases.map(([name, type]) => ({ name, agg: 'last', type, ...(type === 'decimal' && { scale: 2 }) }) as FeatureIR)
  const group = { ...pipeline.ir.groups[0], features }
  const of = { group: 'g', key: { k: 'k' }, t: 1, asOf: null, visibleEvents: 0, layer: 'stream', ageMs: null } as const
  const row = { of, group, columns: cases.map(([, , column]) => column), row: 1, strings }
  assert.deepEqual(JSON.parse(featuresJson(row)), { ...of, features: Object.fromEntries(cases.map(([name, , , value]) => [name, value])) })
  const none = { ...row, columns: cases.map(([, , column]) => ({ ...column, rejected: column.nulls.map(() => rejections.range) })) }
  const rejected = Object.fromEntries(cases.map(([name]) => [name, featureRejections[rejections.range]]))
  assert.deepEqual(JSON.parse(featuresJson(none)), { ...of, features: {}, rejected })
})

test('the process is live, and the run is ready until it stops', async () => {
  const own = await open()
  assert.deepEqual((await own.app.inject({ url: '/healthz' })).json(), { status: 'ok' })
  assert.deepEqual((await own.app.inject({ url: '/readyz' })).json(), { status: 'ready', pipeline: 'shop', sequence: 0 })
  await own.run.stop()
  const after = await own.app.inject({ url: '/readyz' })
  assert.deepEqual([after.statusCode, after.json()], [503, { code: 'SPILL_OVERLOAD', message: 'the run was stopped' }])
  assert.equal((await own.app.inject({ url: '/healthz' })).statusCode, 200)
  await own.close()
})
