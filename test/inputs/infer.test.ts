import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csv, inferSchema, time } from './infer-schema.ts'
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
    schema.skipped.map(({ name }) => name),
    ['tags', 'odd'],
  )
  assert.match(schema.skipped[1].reason, /int and string/)
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
  assert.deepEqual(schema.skipped, [{ name: 'none', reason: 'NULL in every record sampled' }])
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
    await assert.rejects(inferSchema(scratch.write('in.ndjson', content)), { code: 'SPILL_FORMAT', message: /no record with fields/ })
})

test('a malformed file is not read to its end, and the error says how far', async () => {
  using scratch = new Scratch()
  const broken = scratch.write('in.ndjson', `${'not json\n'.repeat(10_000 + 40_000)}{"a":1}\n`)
  await assert.rejects(inferSchema(broken), {
    code: 'SPILL_FORMAT',
    message: /no record with fields to infer columns from, among the first 10000 records \(INFER_RECORDS_MAX\); give a file with records$/,
  })
})

test('a column of which nearly every value is another is no key, whatever it is called', async () => {
  using scratch = new Scratch()
  // 989 of 1,000 are different, in texts that are not numbers.
  const text = csv('at;Durchsatz €;customer;line', i => `${time(i)};~${i % 989};k${i % 990};l${i % 4}`)
  assert.equal((await inferSchema(scratch.write('in.csv', text))).key?.column, 'line')
  const only = csv('at;Durchsatz €', i => `${time(i)};~${i % 989}`)
  assert.equal((await inferSchema(scratch.write('only.csv', only))).key, undefined)
  const many = csv('at,customer', i => `${time(i)},k${i % 650}`)
  assert.equal((await inferSchema(scratch.write('many.csv', many))).key?.column, 'customer')
})

test('numbers with a comma are read by what the column tells, else by what the file does', async () => {
  using scratch = new Scratch()
  const columnsOf = async (text: string, numbers?: 'comma' | 'grouped') => {
    const { columns, unclear } = await inferSchema(scratch.write('in.csv', text), { numbers })
    return { columns: Object.fromEntries(columns.map(one => [one.name, [one.type, one.numbers]])), unclear }
  }
  const german = csv(
    'at;Preis €;Menge;Temperatur',
    i => `${time(i)};1.${100 + (i % 900)},5${i % 10};${1 + (i % 9)},${100 + (i % 900)};${i % 9},${i % 7}`,
  )
  assert.deepEqual(await columnsOf(german), {
    columns: { at: ['timestamp', undefined], 'Preis €': ['decimal', 'comma'], Menge: ['double', 'comma'], Temperatur: ['double', 'comma'] },
    unclear: [],
  })
  const english = csv('at;price;items', i => `${time(i)};1,${100 + (i % 900)}.5${i % 10};${1 + (i % 9)},${100 + (i % 900)}`)
  assert.deepEqual((await columnsOf(english)).columns, {
    at: ['timestamp', undefined],
    price: ['decimal', 'grouped'],
    items: ['int', 'grouped'],
  })
  const unclear = csv('at;items', i => `${time(i)};${i < 3 ? i : `1,${100 + (i % 900)}`}`)
  assert.deepEqual(await columnsOf(unclear), {
    columns: { at: ['timestamp', undefined], items: ['string', undefined] },
    unclear: [{ name: 'items', kind: 'comma', text: '1,103', place: 'in.csv:5' }],
  })
  assert.deepEqual((await columnsOf(unclear, 'grouped')).columns['items'], ['int', 'grouped'])
  assert.deepEqual((await columnsOf(unclear, 'comma')).columns['items'], ['double', 'comma'])
  const lists = csv('at;codes;mixed', i => `${time(i)};${i % 9},${i % 7},x;${i % 2 === 0 ? '1.5' : '2,5'}`)
  assert.deepEqual((await columnsOf(lists)).columns, {
    at: ['timestamp', undefined],
    codes: ['string', undefined],
    mixed: ['string', undefined],
  })
})

test('two words that say yes and no are a bool, in any case of letters, and an outcome', async () => {
  using scratch = new Scratch()
  const text = csv(
    'at;Ausfall;ok;state',
    i => `${time(i)};${['Nein', 'ja', 'nein', 'NEIN'][i % 4]};${i % 2 === 0 ? 'y' : 'n'};${i % 2 === 0 ? 'o' : 'n'}`,
  )
  const { columns, outcomes } = await inferSchema(scratch.write('in.csv', text))
  assert.deepEqual(
    columns.map(({ name, type, words }) => [name, type, words]),
    [
      ['at', 'timestamp', undefined],
      ['Ausfall', 'bool', { yes: 'ja', no: 'nein' }],
      ['ok', 'bool', { yes: 'y', no: 'n' }],
      ['state', 'string', undefined],
    ],
  )
  assert.deepEqual(
    [outcomes[0].column, outcomes[0].truth, outcomes[0].reason],
    ['Ausfall', true, 'its name suggests an outcome, and it is true in 25 % of the records'],
  )
})

test('fields of objects are columns by their path; lists and what is an object in some records are left out, with the reason', async () => {
  using scratch = new Scratch()
  const record = (i: number) => ({
    meta: { at: time(i), device: { id: `d${i % 5}` } },
    body: { heat: i % 30, tags: [1] },
    odd: i % 2 === 0 ? 1 : { a: 1 },
  })
  const lines = Array.from({ length: 100 }, (_, i) => JSON.stringify(record(i)))
  const { columns, skipped: left, key, time: chosen } = await inferSchema(scratch.write('in.ndjson', lines.join('\n')))
  assert.deepEqual(
    columns.map(({ name, path }) => [name, path]),
    [
      ['meta.at', ['meta', 'at']],
      ['meta.device.id', ['meta', 'device', 'id']],
      ['body.heat', ['body', 'heat']],
      ['odd.a', ['odd', 'a']],
    ],
  )
  assert.deepEqual([key?.column, chosen?.column], ['meta.device.id', 'meta.at'])
  assert.deepEqual(
    left.map(({ name }) => name),
    ['body.tags', 'odd'],
  )
})

test('a field whose name is the path of a nested field is left out with the reason', async () => {
  using scratch = new Scratch()
  const lines = Array.from({ length: 9 }, (_, i) => JSON.stringify({ at: time(i), 'a.b': i, a: { b: i, c: i } }))
  const { columns, skipped } = await inferSchema(scratch.write('in.ndjson', lines.join('\n')))
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['at', 'a.c'],
  )
  assert.deepEqual(skipped, [{ name: 'a.b', reason: 'a field of this name, and a field within an object' }])
})
