import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { changesBetween } from '../ir/pipeline-changes.ts'
import { entity } from '../source/entity.ts'
import { count } from '../expression/event-aggregates.ts'
import { every } from '../model/every.ts'
import { features } from '../feature/features.ts'
import { model } from '../model/model.ts'
import { pipeline } from '../pipeline.ts'
import { batch, stream } from '../feature/placement.ts'
import { report, type ReportOptions, file } from './report.ts'
import { request } from '../model/request.ts'
import { linear, rules } from '../model/score.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'
import { on } from '../model/trigger.ts'

const card = entity('card', t.string())
const till = entity('till', t.int())
const payments = source('payments', {
  schema: { card, till, amount: t.decimal(2), note: t.string().nullable(), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const of = { from: payments, entity: card } as const
const now = features('now', { ...of, place: stream, values: p => ({ n: count('1h'), sum: p.amount.sum('2h'), note: p.note.last('1h') }) })
const usual = features('usual', { ...of, place: batch(), values: p => ({ mean: p.amount.mean('30d'), last: p.amount.lastK(3, '30d') }) })
const ever = features('ever', { ...of, place: stream, values: () => ({ n: count('lifetime') }) })
const tills = features('tills', { from: payments, entity: till, place: stream, values: () => ({ n: count('1h') }) })
const pairs = features('pairs', { from: payments, entity: [card, till], place: stream, values: () => ({ n: count('1h') }) })
const score = linear({ intercept: 0, weights: { n: 1 } })
const requested = model('asked', { decide: request({ card }), inputs: r => ({ n: now.of(r.card).n, usual: usual.of(r.card) }), score })
const ticking = model('ticking', { decide: every('5m', card, { live: '30m' }), inputs: ({ card }) => ({ n: now.of(card).n }), score })
const at = '0 7 * * *'

test('a report has its content, schedule, key, activity, condition and order', () => {
  const list = report('morning-list', {
    of: requested,
    at,
    zone: 'Europe/Zurich',
    freshness: '24h',
    where: row => row.score.gte(0.5).and(row.vector.usual.mean.gt(10)),
    orderBy: { score: 'descending', 'vector.usual.mean': 'ascending' },
    limit: 20,
    to: file('lists/{date}.csv'),
    owner: 'risk',
  })
  const column = (name: string) => ({ op: 'column', name, type: 'double' })
  const literal = (value: number) => ({ op: 'literal', value, type: 'double' })
  assert.deepEqual(list.ir, {
    name: 'morning-list',
    of: { kind: 'model', model: 'asked' },
    column: { name: 'card', type: 'string', nullable: false, entity: 'card' },
    at: { kind: 'cron', cron: at, zone: 'Europe/Zurich' },
    live: 30 * 86_400_000,
    freshness: 86_400_000,
    where: {
      op: 'and',
      left: { op: 'gte', left: column('score'), right: literal(0.5), type: 'bool' },
      right: { op: 'gt', left: column('vector.usual.mean'), right: literal(10), type: 'bool' },
      type: 'bool',
    },
    orderBy: [
      { column: 'score', descending: true },
      { column: 'vector.usual.mean', descending: false },
    ],
    limit: 20,
    to: 'lists/{date}.csv',
    owner: 'risk',
  })
  const { ir } = pipeline('p', [list])
  assert.deepEqual([ir.models.map(({ name }) => name), ir.groups.map(({ name }) => name)], [['asked'], ['now', 'usual']])
  assert.deepEqual(ir.reports, [list.ir])
})

test('a ticking model sets live; a model on events that reads its key alone can be reported on too', () => {
  assert.equal(report('r', { of: ticking, at: every('1h') }).ir.live, 30 * 60_000)
  assert.equal(report('r', { of: ticking, at, live: '1d' }).ir.live, 86_400_000)
  const onEvents = model('on', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n }), score })
  const { live, column } = report('r', { of: onEvents, at }).ir
  assert.deepEqual([live, column.name], [3_600_000, 'card'])
})

test('a report of groups has their features by the chosen names', () => {
  const list = report('features', { of: { now, before: usual }, at: every('1d', { phase: '7h' }), where: row => row.vector.now.n.gt(3) })
  assert.deepEqual(list.ir.of.kind === 'inputs' && list.ir.of.inputs.map(({ name }) => name), [
    'now.n',
    'now.sum',
    'now.note',
    'before.mean',
    'before.last',
  ])
  assert.deepEqual([list.ir.column.name, list.ir.live, list.ir.where?.op], ['card', 30 * 86_400_000, 'gt'])
  assert.deepEqual(
    pipeline('p', [list]).ir.groups.map(({ name }) => name),
    ['now', 'usual'],
  )
})

test('owner and description do not change what a pipeline means; everything else does', () => {
  const of = (more: Partial<ReportOptions<typeof requested>> = {}) => pipeline('p', [report('r', { of: requested, at, ...more })])
  const { fingerprint } = of()
  assert.equal(of({ owner: 'me', description: 'a list' }).fingerprint, fingerprint)
  for (const more of [
    { at: '0 8 * * *' },
    { zone: 'Asia/Tokyo' },
    { live: '1d' },
    { freshness: '1d' },
    { limit: 3 },
    { to: file('a.csv') },
  ] as const)
    assert.notEqual(of(more).fingerprint, fingerprint, JSON.stringify(more))
  assert.equal(pipeline('p', [requested]).ir.reports, undefined)
})

test('changes of a report are shown', () => {
  const of = (more: Partial<ReportOptions<typeof requested>> = {}) => pipeline('p', [report('r', { of: requested, at, ...more })]).ir
  const [change, ...rest] = changesBetween(of(), of({ at: every('1h'), where: row => row.score.gt(1), limit: 5 }))
  assert.deepEqual(
    [change, rest],
    [
      {
        of: 'report',
        name: 'r',
        kind: 'changed',
        details: ['made 0 7 * * * UTC → every 1h', 'where all rows → (score > 1)', 'limit: none → 5'],
      },
      [],
    ],
  )
  assert.deepEqual(changesBetween(pipeline('p', [requested]).ir, of()), [{ of: 'report', name: 'r', kind: 'added', details: [] }])
})

test('mistakes have their line and the fix', () => {
  const wrong = (name: string, options: object, message: RegExp) => rejects(() => report(name, options as never), message)
  wrong('a b', { of: requested, at }, /report 'a b' is no name/)
  wrong('r', { of: requested, at, form: 1 }, /report 'r' has no option 'form'; did you mean 'to'|report 'r' has no option 'form'/)
  wrong('r', { of: requested }, /report 'r' needs at, when it is made: at: '0 7 \* \* \*'/)
  wrong('r', { of: requested, at: 'daily' }, /report 'r': at: 'daily' is no cron/)
  wrong('r', { of: requested, at: '0 0 30 2 *' }, /the cron '0 0 30 2 \*' never runs/)
  wrong('r', { of: requested, at, zone: 'Europe/Zuerich' }, /zone/)
  wrong('r', { of: requested, at, freshness: 'a day' }, /report 'r': freshness: 'a day' is no duration/)
  wrong('r', { of: requested, at, live: '0s' }, /report 'r': live/)
  wrong('r', { of: requested, at, limit: 0 }, /limit is a whole number from 1, got 0/)
  wrong('r', { of: requested, at, where: requested.score.gte(1) }, /where is a condition over the row: row => row.score.gte/)
  wrong('r', { of: requested, at, where: () => requested.score.gte(1) }, /where is over the score of model 'asked'; write it over the row/)
  wrong('r', { of: requested, at, where: (row: { score: unknown }) => row.score }, /where gives .*, and needs a condition/)
  wrong(
    'r',
    { of: requested, at, where: (row: { vector: { m: unknown } }) => row.vector.m },
    /a row of report 'r' has no 'vector.m'; did you mean 'n'/,
  )
  wrong('r', { of: { now }, at, where: (row: { score: unknown }) => row.score }, /a row of report 'r' has no 'score'/)
  wrong('r', { of: requested, at, orderBy: ['score'] }, /orderBy has a direction for each column/)
  wrong(
    'r',
    { of: requested, at, orderBy: { scor: 'ascending' } },
    /orderBy has 'scor', which is no column to sort by; did you mean 'score'/,
  )
  wrong('r', { of: requested, at, orderBy: { 'vector.usual.last': 'ascending' } }, /no column to sort by/)
  wrong('r', { of: requested, at, orderBy: { score: 'down' } }, /orderBy 'score' is 'down'; write 'ascending' or 'descending'/)
  wrong('r', { of: requested, at, to: 'list.csv' }, /to is 'list.csv'; write to: file\('lists\/\{date\}.csv'\)/)
  wrong('r', { of: now, at }, /report 'r' is of the group 'now'; write of: .* of: \{ now \}/)
  wrong('r', { of: {}, at }, /write of: a model, or groups/)
  wrong('r', { of: { now, n: 3 }, at }, /'n' in of is 3/)
  wrong('r', { of: { pairs }, at }, /group 'pairs' is of card and till/)
  wrong('r', { of: { now, tills }, at }, /group 'tills' is of till, not of card/)
  wrong('r', { of: { ever }, at }, /lifetime windows only and needs live/)
  const amount = model('amount', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n, amount: p.amount }), score })
  wrong('r', { of: amount, at }, /model 'amount', which looks at 'amount' of source 'payments', and a row of a report is about a key alone/)
  const ruled = model('ruled', {
    decide: on(payments),
    inputs: p => ({ n: now.of(p.card).n, till: p.till }),
    score: v => rules([{ when: v.n.gt(1), score: 1 }], 0),
  })
  wrong('r', { of: ruled, at }, /looks at 'till'/)
  const two = model('two', { decide: on(payments), inputs: p => ({ n: now.of(p.card).n, m: tills.of(p.till).n }), score })
  wrong('r', { of: two, at }, /looks at '(till|card)'/)
  const before = features('earlier', { ...of, place: stream, values: () => ({ n: count('1h', { before: true }) }) })
  wrong('r', { of: { before }, at }, /leaves the triggering event out \(before\), and a report has none/)
})

test("a file's name has its format and placeholders", () => {
  rejects(() => file(''), /file needs a path/)
  rejects(() => file('list.txt'), /no format by its name; call it .csv, .ndjson or .parquet/)
  rejects(() => file('{day}.csv'), /has '\{day\}'; the placeholders are \{date\} and \{time\}/)
  rejects(() => file('{date.csv'), /has '\{date.csv'/)
  rejects(() => file('date}.csv'), /has '\}'/)
})

test('two reports of one name are a mistake', () => {
  rejects(() => pipeline('p', [report('r', { of: requested, at }), report('r', { of: ticking, at })]), /report 'r' has the name of another/)
})

test('two reports with the same file are a mistake: the later would replace the earlier', () => {
  const to = file('lists/{date}.csv')
  const list = report('list', { of: requested, at, to })
  rejects(
    () => pipeline('p', [list, report('copy', { of: requested, at, to })]),
    /reports 'list' and 'copy' have the same file 'lists\/\{date\}.csv'/,
  )
  pipeline('p', [list, report('other', { of: requested, at, to: file('others/{date}.csv') }), report('kept', { of: requested, at })])
})
