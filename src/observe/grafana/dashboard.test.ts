/** The dashboard: its rows follow from the definitions, and its panels have places of their own. `test/external` reads it with Grafana's model. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { action, answer, batch, count, entity, env, features, linear, model, on, pipeline, source, t, webhook } from '../../index.ts'
import { grafanaDashboard } from './dashboard.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const nightly = features('nightly', { from: payments, entity: card, place: batch('0 2 * * *'), values: () => ({ n: count('1d') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: nightly.of(p.card).n }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const tell = action('tell', { when: fraud.score.gte(1), deadline: '1m', do: webhook(env('URL')) })
const inline = action('inline', { when: fraud.score.gte(1), reply: 'inline', do: answer({ ok: true }) })
const { ir } = pipeline('shop', [tell, inline])

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly collapsed?: boolean
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly panels?: readonly Panel[]
  readonly targets?: readonly { readonly expr: string }[]
}
const dashboard = grafanaDashboard(ir)
const rows = (dashboard.panels as Panel[]).filter(({ type }) => type === 'row')
const panels = (dashboard.panels as Panel[]).flatMap(panel => [panel, ...(panel.panels ?? [])])

test('there is a row for each source, feature group, model and delivering action', () => {
  assert.deepEqual(
    rows.map(({ title, collapsed }) => [title, collapsed]),
    [
      ['Pipeline shop', false],
      ['Source payments', true],
      ['Feature group nightly (batch)', true],
      ['Model fraud', true],
      ['Action tell', true],
    ],
  )
  const titles = (row: string) => rows.find(({ title }) => title === row)!.panels!.map(({ title }) => title)
  assert.ok(titles('Feature group nightly (batch)').includes('Age of the batch result in use'))
  assert.ok(titles('Action tell').includes('Burn rate of deadlines'))
  assert.ok(!titles('Model fraud').includes('Champion'), 'it is not trained')
})

test('panels have ids of their own, fit on the grid, and do not overlap', () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  for (const { gridPos: a, id, title } of panels) {
    assert.ok(a.x >= 0 && a.x + a.w <= 24, title)
    for (const { gridPos: b, id: other } of panels)
      if (id < other) assert.ok(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y, `${id} and ${other}`)
  }
})

test('every query selects the job, whose name may be chosen; a dashboard keeps its identity', () => {
  const queries = (of: object) => JSON.stringify(of).match(/job=\\"[^"]*\\"/g)!
  assert.ok(panels.flatMap(({ targets = [] }) => targets).every(({ expr }) => expr.includes('job="shop"')))
  assert.deepEqual(new Set(queries(grafanaDashboard(ir, { job: 'prod' }))), new Set(['job=\\"prod\\"']))
  assert.equal(grafanaDashboard(ir).uid, dashboard.uid)
  assert.notEqual(grafanaDashboard(ir, { job: 'prod' }).uid, dashboard.uid)
  assert.deepEqual(
    (dashboard.annotations.list as { name: string }[]).map(({ name }) => name),
    ['Starts and deploys', 'Batch runs in use', 'Promotions', 'Alerts'],
  )
})
