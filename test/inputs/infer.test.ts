import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inferSchema } from '../../src/files/infer.ts'
import { Scratch } from './scratch.ts'

const payment = (i: number) => ({
  payment_id: `p${i}`,
  card: `c${i % 7}`,
  amount: i % 5 === 0 ? i : i + 0.25,
  weight: i + 0.5,
  count: i,
  at: new Date(1.7e12 + i * 1000).toISOString(),
  booked_at: 1.7e12 + ((i * 7919) % 100) * 1000,
  ok: i % 2 === 0,
  note: i === 3 ? null : `note ${i}`,
  tags: [1],
  odd: i === 5 ? 'text' : 5,
  ...(i > 10 ? { later: 'x' } : {}),
})

test('columns, key, time and id of NDJSON', async () => {
  using scratch = new Scratch()
  const lines = Array.from({ length: 100 }, (_, i) => JSON.stringify(payment(i)))
  const schema = await inferSchema(scratch.write('in.ndjson', `${lines.join('\n')}\nnot json\n`))
  const columns = Object.fromEntries(schema.columns.map(({ name, type, scale, nullable }) => [name, [type, scale, nullable]]))
  assert.deepEqual(columns, {
    payment_id: ['string', undefined, false],
    card: ['string', undefined, false],
    amount: ['decimal', 2, false],
    weight: ['double', undefined, false],
    count: ['int', undefined, false],
    at: ['timestamp', undefined, false],
    booked_at: ['timestamp', undefined, false],
    ok: ['bool', undefined, false],
    note: ['string', undefined, true],
    later: ['string', undefined, true],
  })
  assert.deepEqual(
    schema.left.map(({ name }) => name),
    ['tags', 'odd'],
  )
  assert.match(schema.left[1].reason, /int and string/)
  assert.equal(schema.key?.column, 'card')
  assert.equal(schema.time?.column, 'at')
  assert.equal(schema.id?.column, 'payment_id')
  assert.deepEqual([schema.format, schema.sampled, schema.undecodable], ['ndjson', 100, 1])
})

test('text of CSV is read for what it writes', async () => {
  using scratch = new Scratch()
  const rows = Array.from(
    { length: 50 },
    (_, i) => `s${i % 3},2024-01-01 00:${String(i).padStart(2, '0')}:00,${i}.50,${i},${i % 2 === 0 ? `0${i % 10}` : '4E7'},True,,1e3`,
  )
  const schema = await inferSchema(scratch.write('in.csv', `sensor,time,price,n,zip,ok,none,big\n${rows.join('\n')}`))
  assert.deepEqual(
    schema.columns.map(({ name, type, scale }) => [name, type, scale]),
    [
      ['sensor', 'string', undefined],
      ['time', 'timestamp', undefined],
      ['price', 'decimal', 2],
      ['n', 'int', undefined],
      ['zip', 'string', undefined],
      ['ok', 'bool', undefined],
      ['big', 'double', undefined],
    ],
  )
  assert.deepEqual(schema.left, [{ name: 'none', reason: 'NULL in every record sampled' }])
  assert.deepEqual([schema.key?.column, schema.time?.column, schema.id], ['sensor', 'time', undefined])
})

test('Parquet states its types', async () => {
  using scratch = new Scratch()
  const path = await scratch.writeParquet(
    'in.parquet',
    `SELECT TIMESTAMP '2001-01-01' + INTERVAL (i) MINUTE AS date, i % 50 AS delay, 'A' || (i % 20) AS origin, 'B' || (i % 30) AS destination, 1.5::DECIMAL(9,3) AS share
     FROM range(20000) t(i)`,
  )
  const schema = await inferSchema(path)
  assert.deepEqual(
    schema.columns.map(({ type }) => type),
    ['timestamp', 'int', 'string', 'string', 'decimal'],
  )
  assert.equal(schema.columns[4].scale, 3)
  assert.deepEqual([schema.key?.column, schema.time?.column, schema.sampled], ['destination', 'date', 10_000])
})

test('a file without records, and one without objects', async () => {
  using scratch = new Scratch()
  for (const content of ['\n\n', '1\n2\n'])
    await assert.rejects(inferSchema(scratch.write('in.ndjson', content)), { code: 'SPILL_INPUT', message: /no record with fields/ })
})
