/**
 * A trained model has an incident curve and freshness objectives: of the promoted champion, or without one of the model as trained at each
 * time.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { AuditReport } from '../../src/audit/domain/audit-report.ts'
import { readObjectives } from '../../src/run/decide/objectives.ts'
import { called } from './called.ts'
import { deliveries } from './deliveries.ts'
import { Project } from './project.ts'

const pipeline = `
import { caught, count, entity, features, labelFrom, model, on, pipeline, source, stream, t, worth } from 'spillway'
const kitchen = entity('kitchen', t.string())
const orders = source('orders', { schema: { order: t.int(), kitchen, tickets: t.int(), at: t.timestamp() }, key: 'kitchen', time: 'at', id: 'order' })
const outcomes = source('outcomes', { schema: { of: t.int(), late: t.bool(), at: t.timestamp() }, key: 'of', time: 'at' })
const recent = features('recent', { from: orders, entity: kitchen, place: stream, values: o => ({ mean: o.tickets.mean('2h', { before: true }) }) })
const late = model('late', {
  decide: on(orders),
  inputs: o => ({ mean: recent.of(o.kitchen).mean }),
  label: labelFrom(outcomes, { join: 'of', value: o => o.late, negativeAfter: '2h' }),
  train: { algorithm: 'logistic', every: 'day' },
})
export default pipeline('kitchens', [late, worth(late, caught({ budget: '10%', unit: 'late orders' }), { ages: ['10s'] })])
`
const HOUR = 3_600_000
let project: Project
let files: string[]
let data: string

before(() => {
  const rows = deliveries({ kitchens: 24, days: 16 })
  const text = (of: readonly object[]): string => of.map(row => JSON.stringify(row)).join('\n')
  project = new Project({
    'kitchens.ts': pipeline,
    'orders.ndjson': text(rows.map(({ order, kitchen, tickets, placed }) => ({ order, kitchen, tickets, at: placed }))),
    'nothing.ndjson': '',
    'outcomes.ndjson': text(rows.map(({ order, late, placed }) => ({ of: order, late, at: placed + HOUR }))),
  })
  files = ['orders', 'outcomes'].map(name => `${name}=${project.path(`${name}.ndjson`)}`)
  data = project.path('data')
})
after(() => project[Symbol.dispose]())

async function audited(...args: readonly string[]): Promise<AuditReport> {
  const more = ['--plans', '2', '--draws', '200', '--json', '--out', project.path('out')]
  const { status, out, err } = await called('audit', project.path('kitchens.ts'), ...args, ...more)
  assert.equal(status, 0, err)
  return JSON.parse(out) as AuditReport
}

const thresholdOf = ({ elements }: AuditReport) => elements.find(({ element }) => element === 'group/recent')!.incidentThreshold

test('without a data folder the curve is of the model trained as of each time', async () => {
  const report = await audited(...files.flatMap(file => ['--source', file]))
  assert.match(
    report.incidentModel!.text,
    /^the model trained as of each time by its schedule \(nightly at 00:00\), \d+ trainings, since no data folder is given$/,
  )
  assert.ok('age' in thresholdOf(report), JSON.stringify(thresholdOf(report)))
  assert.deepEqual(report.findings, [], 'the model reads its features, though no version is known to be promoted')
})

test('with a promoted version it is of the champion, and the data folder gets objectives', async () => {
  const sources = files.flatMap(file => ['--source', file])
  const at = ['--data', data]
  const { status, err } = await called('replay', project.path('kitchens.ts'), ...sources, '--log', data, '--show', '0')
  assert.equal(status, 0, err)
  const before = await audited(...at)
  assert.match(before.incidentModel!.text, /, since no version is promoted$/)
  assert.equal(readObjectives(`${data}/objectives.json`)!.pipeline, 'kitchens')
  await called('train', project.path('kitchens.ts'), ...at)
  assert.equal((await called('models', project.path('kitchens.ts'), 'promote', '1', ...at)).status, 0)
  const ran = await called('run', project.path('kitchens.ts'), '--source', `orders=${project.path('nothing.ndjson')}`, ...at, '--once')
  assert.equal(ran.status, 0, ran.err)
  const report = await audited(...at)
  assert.match(
    report.incidentModel!.text,
    /^champion version 1 for the last [\d,]+ of [\d,]+ judged decisions; the earlier ones, which it was trained on: the model trained as of each time/,
  )
  assert.equal(report.incidentModel!.champion!.version, 1)
  assert.ok('age' in thresholdOf(report), JSON.stringify(thresholdOf(report)))
  const { groups } = readObjectives(`${data}/objectives.json`)!
  assert.deepEqual(Object.keys(groups), ['recent'])
  assert.ok(existsSync(project.path('out/audit.html')))
})
