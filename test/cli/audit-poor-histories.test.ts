/**
 * Incomplete histories: the audit ends with an error that names the missing data and the fix, or with a report that says what it cannot
 * decide.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AuditReport } from '../../src/audit/domain/audit-report.ts'
import { called } from './called.ts'
import { deliveries, type Delivery } from './deliveries.ts'
import { Project } from './project.ts'

const pipeline = (score: string, window: string, worth: string): string => `
import { caught, entity, features, labelFrom, logistic, model, money, on, pipeline, source, stream, t, worth } from 'spillway'
const kitchen = entity('kitchen', t.string())
const orders = source('orders', { schema: { order: t.int(), kitchen, tickets: t.int(), at: t.timestamp() }, key: 'kitchen', time: 'at', id: 'order' })
const outcomes = source('outcomes', { schema: { of: t.int(), late: t.bool().nullable(), at: t.timestamp() }, key: 'of', time: 'at' })
const recent = features('recent', { from: orders, entity: kitchen, place: stream, values: o => ({ mean: o.tickets.mean('${window}', { before: true }) }) })
const late = model('late', {
  decide: on(orders),
  inputs: o => ({ mean: recent.of(o.kitchen).mean, tickets: o.tickets }),
  label: labelFrom(outcomes, { join: 'of', value: o => o.late, negativeAfter: '2h' }),
  ${score}
})
export default pipeline('kitchens', [late, worth(late, ${worth})])
`
const trained = `train: { algorithm: 'logistic' },`
const scored = `score: logistic({ intercept: -3, weights: { mean: { weight: 0.2, ifNull: 0 }, tickets: 0.1 } }),`
const some = `caught({ budget: '10%', unit: 'late orders' })`

let project: Project
before(() => {
  project = new Project({
    'trained.ts': pipeline(trained, '1h', some),
    'scored.ts': pipeline(scored, '1h', some),
    'long.ts': pipeline(trained, '30d', `${some}, { ages: ['60d'] }`),
    'negative.ts': pipeline(scored, '1h', `caught({ budget: '10%', unit: 'late orders', dollars: -3 })`),
  })
})
after(() => project[Symbol.dispose]())

const HOUR = 3_600_000
const orderOf = ({ order, kitchen, tickets, placed }: Delivery): string => JSON.stringify({ order, kitchen, tickets, at: placed })
const outcomeOf = ({ order, late, placed }: Delivery, label: unknown = late): string =>
  JSON.stringify({ of: order, late: label, at: placed + HOUR })

const all = deliveries({ kitchens: 24, days: 10 })

async function audited(
  file: string,
  rows: readonly Delivery[],
  outcome: (row: Delivery) => string | undefined = outcomeOf,
  ...more: readonly string[]
) {
  const outcomes = rows.flatMap(row => outcome(row) ?? [])
  project.write('orders.ndjson', rows.map(orderOf).join('\n'))
  project.write('outcomes.ndjson', outcomes.join('\n'))
  const args = ['orders', 'outcomes'].flatMap(name => ['--source', `${name}=${project.path(`${name}.ndjson`)}`])
  const { status, out, err } = await called(
    'audit',
    project.path(file),
    ...args,
    '--out',
    project.path('out'),
    '--plans',
    '2',
    '--json',
    ...more,
  )
  return { status, err, report: status === 0 ? (JSON.parse(out) as AuditReport) : undefined }
}

const verdictsOf = (report: AuditReport | undefined): string[] => [...new Set(report!.elements.map(({ verdict }) => verdict.choice))]

test('no label is known', async () => {
  for (const file of ['trained.ts', 'scored.ts']) {
    const { err, status } = await audited(file, all, row => outcomeOf(row, null))
    assert.equal(status, 1)
    assert.match(
      err,
      /cannot judge this history: none of the \d+ judged decisions of model 'late' .*Check its label, whose 'of' must name events, .* source 'outcomes'/,
    )
  }
})

test('outcomes that come after their label has settled', async () => {
  const laterBy = (hours: number) => (row: Delivery) =>
    JSON.stringify({ of: row.order, late: row.late, at: row.placed + (row.late ? hours : 1) * HOUR })
  const { err, status } = await audited('trained.ts', all, laterBy(3))
  assert.equal(status, 1)
  assert.match(
    err,
    /no decision of model 'late' has a true label, and \d+ outcomes arrived after their label .*; raise negativeAfter of its label/,
  )
  const every = (row: Delivery) => laterBy(row.order % 5 === 0 ? 3 : 1)(row)
  const { report } = await audited('scored.ts', all, every)
  assert.match(report!.caveats.join('\n'), /^[\d,]+ outcomes arrived after their label had settled, and count as false: raise /m)
  const { report: timely } = await audited('scored.ts', all)
  assert.doesNotMatch(timely!.caveats.join('\n'), /after their label had settled/)
})

test('all labels are of one kind', async () => {
  const { err, status } = await audited('trained.ts', all, row => outcomeOf(row, false))
  assert.equal(status, 1)
  assert.match(err, /none of \d+ rows has the label 1.*Check its label/)
  const { report } = await audited('scored.ts', all, row => outcomeOf(row, false))
  assert.match(report!.caveats.join('\n'), /all judged labels are equal: nothing can be ranked/)
  assert.ok(!verdictsOf(report).some(choice => choice === 'stream'), verdictsOf(report).join())
})

test('five came true', async () => {
  const five = new Set(all.filter((_, i) => i % Math.floor(all.length / 5) === 7).map(({ order }) => order))
  for (const file of ['trained.ts', 'scored.ts']) {
    const { report, err } = await audited(file, all, row => outcomeOf(row, five.has(row.order)))
    assert.ok(report, err)
    assert.match(report.caveats.join('\n'), /only [1-5] judged decisions have a true label/)
    assert.ok(!verdictsOf(report).includes('stream'), JSON.stringify(report.summary))
  }
})

test('a window and an age that are longer than the history', async () => {
  const { report, err } = await audited('long.ts', all)
  assert.ok(report, err)
  assert.match(
    report.caveats.join('\n'),
    /"recent" looks back 30 days and the history has 9\.\d+ days: the window was not full for 100 % of the judged decisions/,
  )
  assert.match(report.caveats.join('\n'), /the age 60 days exceeds the \d/)
})

test('a history of an hour, and of one instant', async () => {
  const { err } = await audited('trained.ts', all.slice(0, 100))
  assert.match(err, /none is left for the block '\w+', which ends 2h, the horizon of the label, before .*: give a longer history/)
  const still = await audited(
    'trained.ts',
    all.map(row => ({ ...row, placed: all[0].placed })),
  )
  assert.match(still.err, /all 11520 decisions have the same time, 2025-09-01T10:.*check the time column/)
})

test('prices that are missing or negative', async () => {
  project.write('prices.json', JSON.stringify({ currency: 'USD', slot: -4 }))
  const { status, err } = await audited('scored.ts', all.slice(0, 3000), outcomeOf, '--prices', project.path('prices.json'))
  assert.equal(status, 1)
  assert.match(err, /prices\.json/)
  const negative = await audited('negative.ts', all.slice(0, 3000))
  assert.ok(negative.status === 1 ? /dollars/.test(negative.err) : /no dollar verdict/.test(negative.report!.caveats.join()), negative.err)
})
