/** Lineage: of a pipeline with every kind of node by hand, and of random feature groups against the oracle. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generate } from '../../test/property/generate/generate.ts'
import { groupOf, sourceOf } from '../../test/property/case.ts'
import { visibleEvents, value } from '../../test/oracle/oracle.ts'
import type { LoggedEvent } from '../define/source/source.ts'
import {
  action,
  appendTo,
  count,
  entity,
  every,
  features,
  happens,
  labelFrom,
  model,
  on,
  pipeline,
  report,
  request,
  rules,
  source,
  stream,
  t,
} from '../index.ts'
import { lineageAround, lineageKinds, lineageOf, type Lineage, type LineageEdge, type LineageRole } from './lineage.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, amount: t.int(), shop: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), fraud: t.bool(), note: t.string(), at: t.timestamp() },
  key: 'payment',
  time: 'at',
})
const now = features('now', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), large: p.amount.sum('1h', { where: p.shop.eq('x') }) }),
})
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, n: now.of(p.card).n }),
  score: v => rules([{ when: v.n.gt(3), score: 1 }], 0),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d' }),
})
const check = model('check', {
  decide: request({ card, amount: t.int() }),
  inputs: r => ({ amount: r.amount, large: now.of(r.card).large }),
  score: v => rules([{ when: v.amount.gt(3), score: 1 }], 0),
})
const returning = model('returning', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount }),
  score: v => rules([{ when: v.amount.gt(3), score: 1 }], 0),
  label: happens(chargebacks, { by: 'payment', within: '2d', where: c => c.fraud, per: 'shop' }),
})
const nightly = model('nightly', {
  decide: every('1d', card, { live: '7d' }),
  inputs: k => ({ n: now.of(k.card).n }),
  score: v => rules([{ when: v.n.gt(3), score: 1 }], 0),
})
const decline = action('decline', { when: fraud.score.gt(0.5), do: appendTo('declined.ndjson') })
const daily = report('daily', { of: nightly, at: every('1d') })
const busy = report('busy', {
  of: { now },
  at: every('1d'),
  live: '7d',
  where: row => row.vector.now.n.gt(3),
  orderBy: { 'vector.now.n': 'descending' },
})
const risky = report('risky', { of: nightly, at: every('1d'), orderBy: { score: 'descending' }, limit: 10 })
const lineage = lineageOf(pipeline('shop', [fraud, check, returning, nightly, decline, daily, busy, risky]).ir)

const edgeText = ({ from, to, roles }: LineageEdge): string => `${from.kind} ${from.name} > ${to.kind} ${to.name}: ${roles.join()}`
const into = ({ edges }: Lineage, name: string): string[] =>
  edges.filter(({ to }) => `${to.kind} ${to.name}` === name).map(edge => edgeText(edge).replace(` > ${name}`, ''))

test('features depend on columns by value, filter, key, time and identity', () => {
  assert.deepEqual(into(lineage, 'feature now.n'), [
    'column payments.id: identity',
    'column payments.card: key',
    'column payments.at: time',
  ])
  assert.deepEqual(into(lineage, 'feature now.large'), [
    'column payments.id: identity',
    'column payments.card: key',
    'column payments.amount: value',
    'column payments.shop: filter',
    'column payments.at: time',
  ])
})

test('models depend on features, on columns or fields of their triggers, and on columns of their labels', () => {
  assert.deepEqual(into(lineage, 'model fraud'), [
    'column payments.id: identity,label',
    'column payments.card: key',
    'column payments.amount: value',
    'column chargebacks.payment: label',
    'column chargebacks.fraud: label',
    'column chargebacks.at: label',
    'feature now.n: value',
  ])
  assert.deepEqual(into(lineage, 'model returning'), [
    'column payments.id: identity',
    'column payments.card: key,label',
    'column payments.amount: value',
    'column payments.shop: label',
    'column chargebacks.payment: label',
    'column chargebacks.fraud: label',
    'column chargebacks.at: label',
  ])
  assert.deepEqual(into(lineage, 'model check'), ['field check.card: key', 'field check.amount: value', 'feature now.large: value'])
  assert.deepEqual(into(lineage, 'model nightly'), ['field nightly.card: key', 'feature now.n: value'])
  assert.deepEqual(into(lineage, 'field nightly.card'), [
    'column payments.id: identity',
    'column payments.card: key',
    'column payments.at: time',
  ])
})

test('actions and reports depend on scores', () => {
  assert.deepEqual(into(lineage, 'action decline'), ['model fraud: score'])
  assert.deepEqual(into(lineage, 'report daily'), ['field daily.card: key', 'feature now.n: value', 'model nightly: score'])
  assert.deepEqual(into(lineage, 'report busy'), ['field busy.card: key', 'feature now.n: filter,value', 'feature now.large: value'])
  assert.deepEqual(into(lineage, 'report risky'), ['field risky.card: key', 'feature now.n: value', 'model nightly: filter,score'])
})

test('every column is a node, and no edge leads to an earlier kind or to no node', () => {
  const names = lineage.nodes.map(({ kind, name }) => `${kind} ${name}`)
  assert.equal(new Set(names).size, names.length)
  assert.ok(names.includes('column chargebacks.note'))
  for (const { from, to } of lineage.edges) {
    for (const { kind, name } of [from, to]) assert.ok(names.includes(`${kind} ${name}`), name)
    assert.ok(lineageKinds.indexOf(from.kind) < lineageKinds.indexOf(to.kind), `${from.kind} > ${to.kind}`)
  }
})

test('the lineage around a node has what it depends on and what depends on it', () => {
  const around = lineageAround(lineage, 'large')
  assert.deepEqual(
    around.nodes.map(({ kind, name }) => `${kind} ${name}`),
    [
      ...['id', 'card', 'amount', 'shop', 'at'].map(column => `column payments.${column}`),
      'feature now.large',
      'model check',
      'report busy',
    ],
  )
  assert.equal(around.edges.length, 7)
  assert.deepEqual(
    lineageAround(lineage, 'note').nodes.map(({ name }) => name),
    ['chargebacks.note'],
  )
  assert.deepEqual(lineageAround(lineage, 'column payments.shop'), lineageAround(lineage, 'shop'))
  assert.ok(lineageAround(lineage, 'payments.id').nodes.some(({ name }) => name === 'decline'))
})

test('an unknown name and a name of several nodes are rejected', () => {
  assert.throws(() => lineageAround(lineage, 'amunt'), {
    code: 'SPILL_NOT_FOUND',
    message: /pipeline 'shop' has no column, feature, model, action or report 'amunt'/,
  })
  assert.throws(() => lineageAround(lineage, 'frauds'), { code: 'SPILL_NOT_FOUND', message: /did you mean 'fraud'/ })
  assert.throws(() => lineageAround(lineage, 'amount'), {
    code: 'SPILL_INPUT',
    message: /'amount' is the name of several: write one of 'column payments.amount', 'field check.amount'/,
  })
})

const CASES = 60

test('a column outside of the lineage of a feature never changes its value; one inside can, in each role', () => {
  const changed = new Map<LineageRole, number>()
  let compared = 0
  for (let seed = 0; seed < CASES; seed++) {
    const drawn = generate(930_000 + seed)
    const { edges } = lineageOf(drawn.ir)
    for (const ask of drawn.asks.slice(0, 8)) {
      const group = groupOf(drawn, ask.group)
      const from = sourceOf(drawn, group)
      const { events, clock } = visibleEvents(from, ask.place, drawn.log, ask.prefix, ask.t)
      group.features.forEach(feature => {
        const own = edges.filter(({ to }) => to.kind === 'feature' && to.name === `${group.name}.${feature.name}`)
        const valueWithout = (columns: ReadonlySet<string>) => {
          const erased = events.map(event => without(event, columns))
          const trigger = ask.trigger === undefined ? undefined : erased[events.indexOf(drawn.log[ask.trigger])]
          return JSON.stringify(value(group, feature, from, ask.key, erased, clock, trigger).delivered)
        }
        const whole = valueWithout(new Set())
        const names = own.map(({ from: { name } }) => name.slice(from.name.length + 1))
        const outside = from.columns.map(({ name }) => name).filter(name => !names.includes(name))
        assert.equal(
          valueWithout(new Set(outside)),
          whole,
          `seed ${drawn.seed}: ${group.name}.${feature.name} reads one of ${outside.join()}`,
        )
        compared++
        own.forEach(({ roles }, i) => {
          if (roles.length === 1 && valueWithout(new Set([names[i]])) !== whole) changed.set(roles[0], (changed.get(roles[0]) ?? 0) + 1)
        })
      })
    }
  }
  assert.ok(compared > 1000, String(compared))
  for (const role of ['value', 'filter', 'key', 'identity'] as const) assert.ok((changed.get(role) ?? 0) > 0, role)
})

/** An event that has NULL in these columns. Its event time is beside its row. */
const without = (event: LoggedEvent, columns: ReadonlySet<string>): LoggedEvent => ({
  ...event,
  row: Object.fromEntries(Object.entries(event.row).map(([name, cell]) => [name, columns.has(name) ? null : cell])),
})
