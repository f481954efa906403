/** Reports that must compile, and reports that must not. */
import { every, file, logistic, model, on, pipeline, report, request } from 'spillway'
import type { TestRun } from 'spillway/testing'
import { exactly } from './exactly.ts'
import { card, cardNow, payments, terminalNow } from './payments.ts'

const score = logistic({ intercept: 0, weights: {} })
const risk = model('risk', { decide: request({ card }), inputs: r => ({ now: cardNow.of(r.card), n: cardNow.of(r.card).n10m }), score })
const at = '0 7 * * *'
const list = report('list', {
  of: risk,
  at,
  where: row => row.score.gt(0.5).and(row.vector.now.n10m.gt(3)),
  orderBy: { score: 'descending', 'vector.now.n10m': 'ascending' },
  to: file('list.csv'),
})
const groups = report('groups', {
  of: { now: cardNow },
  at: every('1h'),
  where: row => row.vector.now.n10m.gt(3),
  orderBy: { 'vector.now.n10m': 'ascending' },
})
pipeline('p', [list, groups])
// @ts-expect-error when it is made is not said
report('r', { of: risk })
// @ts-expect-error a group has no name in the report
report('r', { of: cardNow, at })
// @ts-expect-error a source is no group
report('r', { of: { payments }, at })
// @ts-expect-error no such input
report('r', { of: risk, at, where: row => row.vector.m.gt(3) })
// @ts-expect-error a number is no condition
report('r', { of: risk, at, where: row => row.score })
// @ts-expect-error groups have no score
report('r', { of: { now: cardNow }, at, where: row => row.score.gt(3) })
// @ts-expect-error no such column
report('r', { of: risk, at, orderBy: { 'vector.m': 'ascending' } })
// @ts-expect-error no such way
report('r', { of: risk, at, orderBy: { score: 'down' } })
// @ts-expect-error a path is no file
report('r', { of: risk, at, to: 'list.csv' })
// @ts-expect-error no such option
report('r', { of: risk, at, when: every('1h') })
// @ts-expect-error a tick is no schedule
report('r', { of: risk, at: every('5m', card) })
report('r', { of: { terminalNow }, at })
report('r', { of: model('m', { decide: on(payments), inputs: p => ({ n: cardNow.of(p.card).n10m }), score }), at })

declare const run: TestRun
const [{ rows }] = run.report(list)
exactly<(typeof rows)[number]['vector']['n'], number>()
exactly<(typeof rows)[number]['vector']['now']['n10m'], number>()
const [firstReport] = run.report(groups)
exactly<(typeof firstReport)['rows'][number]['vector']['now']['n10m'], number>()
// @ts-expect-error no such group
void firstReport.rows[0].vector.later
// @ts-expect-error a model is no report
run.report(risk)
