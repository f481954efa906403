/** One data folder under three versions of a source: starts, plan, old producers, files, dead letters, batch runs and reconciliation. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { count, entity, features, hybrid, linear, model, on, pipeline, source, stream, t, every } from '../../src/index.ts'
import { connectDuckDB, sqlLiteral } from '../../src/files/parquet/duckdb.ts'
import { withFolder } from '../../src/operate/folder.ts'
import { planStart } from '../../src/operate/plan.ts'
import { decide, load } from '../../src/public/replay.ts'
import { run } from '../../src/public/run.ts'
import { openRunControl } from '../../src/operate/control/serve-control.ts'
import { scratchFolder } from '../scratch.ts'

const card = entity('card', t.string())
const base = { id: t.string(), card, at: t.timestamp() }
const options = { key: 'card', time: 'at', id: 'id' } as const
const at = Date.now() - 60_000

const first = source('payments', { schema: { ...base, amount: t.decimal(2), items: t.int(), note: t.string().nullable() }, ...options })
const v1 = pipeline('shop', [
  features('own', { from: first, entity: card, place: stream, values: p => ({ n: count('1h'), spent: p.amount.sum('1h') }) }),
])

const third = source('payments', {
  schema: { ...base, total: t.decimal(2), items: t.double(), channel: t.enum(['web', 'shop']).default('web') },
  ...options,
  renamed: { amount: 'value', value: 'total' },
})
const own = features('own', {
  from: third,
  entity: card,
  place: stream,
  values: p => ({ n: count('1h'), spent: p.total.sum('1h'), items: p.items.sum('1h'), web: count('1h', p.channel.eq('web')) }),
})
const slow = features('slow', { from: third, entity: card, place: hybrid(every('1h')), values: p => ({ spent: p.total.sum('1h') }) })
const risk = model('risk', {
  decide: on(third),
  inputs: p => ({ own: own.of(p.card), slow: slow.of(p.card), total: p.total }),
  score: linear({ intercept: 0, weights: { 'own.spent': 1, 'slow.spent': 1, total: 1 } }),
})
const v3 = pipeline('shop', [risk])

const old = (id: number, amount: number) => ({ id: String(id), card: 'c', at: at + id, amount, items: 2 })
const fresh = (id: number, total: number) => ({ id: String(id), card: 'c', at: at + id, total, items: 0.5, channel: 'shop' as const })
/** A producer of the second version, which knew 'value' and no channel. */
const between = (id: number, value: number) => ({ id: String(id), card: 'c', at: at + id, value, items: 1 })

test('a folder is read by the newest schema, whatever version its events and its producers have', async () => {
  const data = scratchFolder('evolution')
  {
    await using running = await run(v1, { data })
    await running.submit(first, [old(1, 1.5), old(2, 2)])
    // Rejected under the first version, and repaired under the third.
    await running.submit(first, [{ ...old(3, 4), items: 0.5 }])
  }
  const { plan } = await planStart(v3, data)
  assert.deepEqual(plan.schemas, [{ source: 'payments', from: 1, to: 2, level: 'BACKWARD_TRANSITIVE' }])

  await using running = await run(v3, { data })
  const values = () => running.features(own, 'c').features
  assert.deepEqual({ ...values() }, { n: 2, spent: 3.5, items: 4, web: 2 })
  const sent = await running.submit(third, [fresh(4, 8), between(5, 16) as never])
  assert.deepEqual([sent.accepted, sent.rejected], [2, 0])
  assert.deepEqual({ ...values() }, { n: 4, spent: 27.5, items: 5.5, web: 3 })

  // The same event under its old name is a duplicate, and a different amount is a conflict.
  assert.equal((await running.submit(third, [old(1, 1.5) as never])).duplicates, 1)
  assert.equal((await running.submit(third, [old(1, 9) as never])).rejected, 1)

  await running.run.batch('slow')
  await running.submit(third, [between(6, 32) as never])
  assert.equal(running.features(slow, 'c').features.spent, 59.5)
  const control = openRunControl({ run: running.run, pipeline: v3, data })
  const { letters } = await control.replayDeadLetters({ ids: [1] }, 'test')
  assert.deepEqual(
    letters.map(({ outcome }) => outcome),
    ['accepted'],
  )
  control.close()
  assert.equal(running.features(own, 'c').features.spent, 63.5)
  await running.whenIdle()
  const report = await withFolder(data, folder => folder.reconcile(v3))
  assert.equal(report.sound, true, JSON.stringify(report.examples))
  assert.ok(report.inputs.every(({ recorded }) => recorded.equal > 0))
})

test('files with earlier names are the same history, in each format', async () => {
  const folder = scratchFolder('evolution')
  const [before, now] = [[1, 2, 3].map(id => between(id, id)), [4, 5, 6].map(id => fresh(id, id))]
  const table = [
    ...before.map(record => ({ ...record, channel: null })),
    ...now.map(({ total, ...record }) => ({ ...record, value: total })),
  ]
  const names = ['id', 'card', 'at', 'value', 'items', 'channel'] as const
  const csv = [names.join(','), ...table.map(record => names.map(name => record[name]).join(','))].join('\n')
  const upcast = before.map(({ value, ...record }) => ({ ...record, total: value, channel: 'web' }))
  const files = {
    'old.ndjson': lines([...before, ...now]),
    'own.ndjson': lines([...upcast, ...now]),
    'old.csv': csv,
    'table.ndjson': lines(table),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  await toParquet(join(folder, 'table.ndjson'), join(folder, 'old.parquet'))
  const decided = async (name: string) => {
    const log = await load(v3, [{ source: 'payments', path: join(folder, name) }], { onRejected: ({ detail }) => assert.fail(detail) })
    return Array.from(decide(v3, v3.ir.models[0], log), ({ score, length }) => Array.from(score.values.slice(0, length)))
  }
  const expected = await decided('own.ndjson')
  assert.deepEqual([expected[0].length, expected[0].at(-1)], [6, 21 + 21 + 6])
  for (const name of ['old.ndjson', 'old.csv', 'old.parquet']) assert.deepEqual(await decided(name), expected, name)
})

async function toParquet(from: string, to: string): Promise<void> {
  const connection = await connectDuckDB()
  const types = `{ id: 'VARCHAR', card: 'VARCHAR', "at": 'BIGINT', "value": 'DECIMAL(9,2)', items: 'DOUBLE', channel: 'VARCHAR' }`
  await connection.run(`COPY (FROM read_json(${sqlLiteral(from)}, columns = ${types})) TO ${sqlLiteral(to)} (FORMAT parquet)`)
  connection.closeSync()
}

const lines = (records: readonly object[]): string => records.map(record => `${JSON.stringify(record)}\n`).join('')

test('a breaking change is rejected by the plan and by the start, which change nothing', async () => {
  const data = scratchFolder('evolution')
  {
    await using running = await run(v1, { data })
    await running.submit(first, [old(1, 1.5)])
  }
  const breaking = (schema: object, more: object = {}) => {
    const changed = source('payments', { schema: { ...base, ...schema } as never, ...options, ...more } as never)
    return pipeline('shop', [features('own', { from: changed, entity: card, place: stream, values: () => ({ n: count('1h') }) })])
  }
  for (const [of, message] of [
    [breaking({ value: t.decimal(2) }), /column 'value' is not in the events of the log .*renamed: \{ earlier: 'value' \}/],
    [
      breaking({ amount: t.string() }),
      /column 'amount' is decimal\(2\), not string, .*add a nullable column of the new type under a new name/,
    ],
    [breaking({ amount: t.decimal(2, { max: 1 }) }), /not BACKWARD_TRANSITIVE compatible: .*max is 1, and was no bound/],
    [
      breaking({ value: t.decimal(2) }, { renamed: { amount: 'value' }, compatibility: 'FULL' }),
      /version 1 cannot read the new schema: \/amount/,
    ],
  ] as const) {
    await assert.rejects(planStart(of, data), { code: 'SPILL_SCHEMA', message })
    await assert.rejects(run(of, { data }), { code: 'SPILL_SCHEMA', message })
  }
  assert.equal((await planStart(v1, data)).plan.changed, false)
})
