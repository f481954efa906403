/** The descriptions of a server: metrics, OpenAPI document and index page. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Gauge } from 'prom-client'
import { open, pay, posted, shop as pipeline } from '../../../test/serve/shop.ts'
import { AuditJobs } from '../../operate/audit-jobs.ts'
import { openapiDocument } from './openapi.ts'
import { instantPattern } from './json-schema.ts'

const shop = await open({
  webhooks: { hooks: { style: 'stripe', secret: 'x' } },
  addMetrics: registry => registry.registerMetric(new Gauge({ name: 'added', help: 'by whom the server was made', registers: [] })),
})
after(() => shop.close())
const { app } = shop

/** Routes that accept any query parameter. */
const takesAny = /^\/(healthz|readyz|metrics|ui\/session|sources\/\w+\/webhook)$/

test('metrics count events by source and outcome, and HTTP answers', async () => {
  await posted(app, '/sources/payments/events', [pay(1), pay(1), { ...pay(2), amount: -1 }])
  await posted(app, '/sources/hooks/events', { id: 'h', data: { cards: ['c', 'd'], at: 0 } })
  await posted(app, '/sources/hooks/events', { id: 'h' })
  await posted(app, '/models/check/decide', { card: 'c', amount: 1 })
  const { body, headers } = await app.inject({ url: '/metrics' })
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/)
  const lines = body.split('\n').filter(line => !line.startsWith('#'))
  const has = (line: string) => assert.ok(lines.includes(line), `${line} in\n${body}`)
  has('spillway_events_total{source="payments",outcome="accepted"} 1')
  has('spillway_events_total{source="payments",outcome="duplicate"} 1')
  has('spillway_events_total{source="hooks",outcome="accepted"} 2')
  // The events are from 1970.
  has('spillway_late_events_total{source="hooks"} 2')
  has('spillway_dead_letters_total{source="payments",reason="schema"} 1')
  has('spillway_dead_letters_total{source="hooks",reason="map"} 1')
  has('spillway_decisions_total{model="fraud"} 1')
  has('spillway_decisions_total{model="check"} 1')
  for (const stage of ['waited', 'intake', 'queued', 'features', 'inference', 'durable'])
    has(`spillway_stage_seconds_count{model="fraud",stage="${stage}"} 1`)
  has('spillway_decision_seconds_bucket{model="check",le="+Inf"} 1')
  has('spillway_http_request_seconds_count{method="POST",route="/sources/:source/events",status="200"} 2')
  has('spillway_http_request_seconds_count{method="POST",route="/sources/:source/events",status="422"} 1')
  has('added 0')
  has('spillway_up 1')
  has('spillway_log_entries 4')
  has('spillway_waiting_records 0')
  for (const name of ['spillway_wal_bytes', 'spillway_event_loop_delay_seconds_count', 'process_resident_memory_bytes'])
    assert.ok(
      lines.some(line => line.startsWith(name) && Number(line.split(' ').at(-1)) >= 0),
      name,
    )
})

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Readonly<Record<string, unknown>> }>>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[]
}

/** Checks that the document has the status and the content type of an answer. */
function assertDescribed(title: string, { responses }: Operation, { statusCode, headers }: Answered): void {
  const described = responses[statusCode]
  assert.ok(described, `${title} answered ${statusCode}, and the document has ${Object.keys(responses).join(', ')}`)
  assert.deepEqual(Object.keys(described.content), [String(headers['content-type']).split(';')[0]], title)
}

type Answered = Awaited<ReturnType<typeof posted>>

test('the document of the pipeline is complete, and describes existing routes', async () => {
  const answer = await app.inject({ url: '/openapi.json' })
  const { openapi, paths, components } = answer.json<Document>()
  assert.deepEqual(answer.json(), JSON.parse(JSON.stringify(openapiDocument(pipeline.ir, { signed: ['hooks'] }))))
  assert.equal(openapi, '3.1.0')
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const ids = operations.map(({ operation }) => operation.operationId)
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(ids.filter(id => /_/.test(id)).sort(), [
    'check_schema_hooks',
    'check_schema_payments',
    'decide_check',
    'decide_on_payments',
    'events_of_hooks',
    'events_of_payments',
    'features_hooked',
    'features_now',
    'lag_of_hooks',
    'lag_of_payments',
    'send_hooks',
    'send_payments',
    'stream_of_hooks',
    'stream_of_payments',
    'webhook_hooks',
  ])
  for (const { path, method, operation } of operations) {
    assert.ok(Object.values(operation.responses).every(({ description }) => description.length > 0))
    assert.doesNotMatch(path, /:/)
    const inPath = operation.parameters?.filter(parameter => parameter.in === 'path').map(({ name }) => name) ?? []
    assert.deepEqual(
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      inPath,
    )
    const url = path.replace('{entry}', '0').replace(/\{(?:number|id)\}/, '1')
    const isStream = path === '/events' || path.endsWith('/stream')
    const answer = isStream ? undefined : await app.inject({ method: method.toUpperCase() as 'GET', url })
    // An existing route answers 404 for an unknown name.
    const isThere =
      answer?.statusCode !== 404 || /there is no (reconciliation|effect|dead letter) '?1|no report of an audit/.test(answer.body)
    assert.ok(isThere, `${method} ${path}`)
    if (answer) assertDescribed(`${method} ${path}`, operation, answer)
    const names = operation.parameters?.filter(parameter => parameter.in === 'query').map(({ name }) => name) ?? []
    const other = await app.inject({ method: method.toUpperCase() as 'GET', url: `${url}?${[...names, 'other'].join('=&')}=` })
    if (takesAny.test(path)) assert.doesNotMatch(other.body, /there is no parameter/)
    else
      assert.deepEqual([other.statusCode, /no parameter \?other=/.test(other.body), '400' in operation.responses], [400, true, true], path)
  }
  for (const [, name] of answer.body.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) assert.ok(name in components.schemas, name)
})

test('a body that is no object is refused wherever the document has an object', async () => {
  const other = await open({ audits: new AuditJobs([process.execPath, '-e', '']) })
  const { paths } = openapiDocument(pipeline.ir) as unknown as Document
  const takesObject = ({ requestBody }: Operation) =>
    (requestBody?.content['application/json']?.schema as { type?: unknown } | undefined)?.type === 'object'
  const refused: string[] = []
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      if (!takesObject(operation)) continue
      const url = path.replace(/\{\w+\}/, '1')
      for (const payload of ['null', '[]', '[{}]', '"x"', '1', 'true']) {
        const headers = { 'content-type': 'application/json' }
        const { statusCode, body } = await other.app.inject({ method: method.toUpperCase() as 'POST', url, headers, payload })
        assert.ok([400, 422].includes(statusCode), `${method} ${path} answers ${payload} with ${statusCode} ${body}`)
      }
      refused.push(path)
    }
  for (const path of ['/audit', '/dead-letters/drop', '/effects/{number}/drop', '/alerts/{alert}/silence', '/ui/session'])
    assert.ok(refused.includes(path), path)
  await other.close()
})

test('the index page has a line for each route', async () => {
  const { body, headers } = await app.inject({ url: '/' })
  assert.match(String(headers['content-type']), /^text\/plain/)
  const lines = body.trimEnd().split('\n')
  assert.equal(lines[0], `pipeline '${pipeline.ir.name}'`)
  const { paths } = openapiDocument(pipeline.ir, { signed: ['hooks'] }) as unknown as Document
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
  )
  assert.deepEqual(
    new Set(
      lines.slice(2).map(line =>
        line
          .replace(/^(\w+) +/, '$1 ')
          .split(/[ ?]/, 2)
          .join(' '),
      ),
    ),
    new Set([...described, 'GET /openapi.json']),
  )
  assert.match(body, /^GET {2}\/features\/now\?key=… {2,}\S/m)
  assert.match(body, /^GET {2}\/decisions\/\{entry\}\/trace {2,}\S/m)
})

test('an event and a request are described by their columns', () => {
  const { paths } = openapiDocument(pipeline.ir) as unknown as Document
  const body = (path: string) => paths[path]['post'].requestBody!.content['application/json'].schema
  const card = { type: 'string', description: 'identifies a card' }
  const most = 90_071_992_547_409.91
  const decimal = (minimum: number, sign: string) => ({
    description: `at most 2 digits after the point; text keeps more digits than a JSON number${minimum === 0 ? '; at least 0' : ''}`,
    anyOf: [
      { type: 'number', multipleOf: 0.01, minimum, maximum: most },
      { type: 'string', pattern: `^${sign}0*[0-9]{1,13}(?:\\.[0-9]{1,2}0*)?$` },
    ],
  })
  const payment = {
    type: 'object',
    properties: {
      id: { type: 'string' },
      card,
      amount: decimal(0, ''),
      at: {
        description: 'ISO 8601, read in UTC where it has no offset, or UTC milliseconds',
        anyOf: [
          { type: 'string', pattern: instantPattern },
          { type: 'integer', minimum: -(2 ** 43), maximum: 2 ** 43 },
        ],
      },
    },
    required: ['id', 'card', 'amount', 'at'],
    additionalProperties: false,
  }
  assert.deepEqual(body('/sources/payments/events'), { anyOf: [payment, { type: 'array', items: payment }] })
  assert.deepEqual(body('/models/check/decide'), {
    type: 'object',
    properties: { card, amount: decimal(-most, '-?') },
    required: ['card', 'amount'],
    additionalProperties: false,
  })
  assert.deepEqual(body('/sources/hooks/events'), {
    anyOf: [{ description: "input of the map of 'hooks'" }, { type: 'array', items: { description: "input of the map of 'hooks'" } }],
  })
})
