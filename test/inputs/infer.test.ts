import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TypeIR } from '../../src/define/ir/index.ts'
import { schemaOfSample, type InferOptions } from '../../src/files/infer-schema.ts'
import { sampleRecords } from '../../src/files/records-sample.ts'
import { Scratch } from './scratch.ts'

const inferSchema = async (path: string, options?: InferOptions) => schemaOfSample(await sampleRecords(path), options)

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

const csv = (head: string, rowOf: (i: number) => string, rows = 1000) =>
  [head, ...Array.from({ length: rows }, (_, i) => rowOf(i))].join('\n')
const time = (i: number) => new Date(1.7e12 + i * 60_000).toISOString()

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

test('a point that may group thousands is a fraction, and unclear unless a column shows what its sign is', async () => {
  using scratch = new Scratch()
  const columnsOf = async (head: string, rowOf: (i: number) => string, options?: InferOptions) => {
    const { columns, unclear } = await inferSchema(scratch.write('in.csv', csv(head, rowOf)), options)
    return [columns.slice(1).map(one => [one.type, one.numbers]), unclear.map(({ name, kind, text }) => [name, kind, text])]
  }
  const rows = (i: number) => `${time(i)};${1 + (i % 9)}.${100 + (i % 900)}`
  const unclear = [['weight', 'point', '1.100']]
  assert.deepEqual(await columnsOf('at;weight', rows), [[['double', undefined]], unclear])
  assert.deepEqual(await columnsOf('at;weight', rows, { numbers: 'grouped' }), [[['double', undefined]], []])
  assert.deepEqual(await columnsOf('at;weight', rows, { numbers: 'comma' }), [[['int', 'comma']], []])
  const withComma = await columnsOf('at;weight;heat', i => `${rows(i)};${i % 30},5`)
  assert.deepEqual(withComma, [
    [
      ['int', 'comma'],
      ['double', 'comma'],
    ],
    [],
  ])
  const withPoint = await columnsOf('at;weight;heat', i => `${rows(i)};${i % 30}.5`)
  assert.deepEqual(withPoint, [
    [
      ['double', undefined],
      ['double', undefined],
    ],
    [],
  ])
  const swiss = await columnsOf('at;weight', i => `${time(i)};${i % 2 === 0 ? `1'${100 + (i % 900)}` : `2'000.5`}`)
  assert.deepEqual(swiss, [[['double', 'grouped']], []])
})

test('dates are read in the order that the column shows, else another column, else the usual one, which is unclear', async () => {
  using scratch = new Scratch()
  const two = (n: number) => String(n).padStart(2, '0')
  const infer = async (separator: string, days: readonly (readonly [first: number, second: number])[], options?: InferOptions) => {
    const text = csv('date,heat', i => `${days[i % days.length].map(two).join(separator)}${separator}2025 10:${two(i % 60)},${i}`, 100)
    const { columns, unclear, span } = await inferSchema(scratch.write('in.csv', text), options)
    return [
      columns[0].type,
      columns[0].timeFormat,
      columns[0].example?.slice(0, 10),
      unclear.map(({ kind, order }) => [kind, order]),
      Math.floor(span / 86_400_000),
    ]
  }
  const [march, april] = [
    [1, 3],
    [2, 4],
  ] as const
  assert.deepEqual(await infer('/', [march, [31, 3]]), ['timestamp', 'dmy', '31/03/2025', [], 30])
  assert.deepEqual(await infer('/', [march, [3, 31]]), ['timestamp', 'mdy', '03/31/2025', [], 87])
  assert.deepEqual(await infer('/', [march, april]), ['timestamp', 'mdy', '01/03/2025', [['dates', 'mdy']], 32])
  assert.deepEqual(await infer('/', [march, april], { dates: 'dmy' }), ['timestamp', 'dmy', '01/03/2025', [], 32])
  assert.deepEqual(await infer('.', [march, april]), ['timestamp', 'dmy', '01.03.2025', [], 32])
  assert.deepEqual(await infer('-', [march, april]), ['timestamp', 'dmy', '01-03-2025', [['dates', 'dmy']], 32])
  assert.deepEqual(
    await infer('/', [
      [13, 1],
      [1, 13],
    ]),
    ['string', undefined, undefined, [['mixed dates', undefined]], 0],
  )
  const both = csv('date,due,heat', i => `01/03/2025 10:${two(i % 60)},31/03/2025,${i}`, 100)
  const { columns, unclear } = await inferSchema(scratch.write('both.csv', both))
  assert.deepEqual([columns.map(({ timeFormat }) => timeFormat), unclear], [['dmy', 'dmy', undefined], []])
})

test('columns that are named for a role are taken, or it is said why not', async () => {
  using scratch = new Scratch()
  const path = scratch.write(
    'in.csv',
    csv(
      'made,at,customer,shop,late,state,heat',
      i => `${time(i)},${time(i + 9)},c${i % 7},s${i % 3},${i % 4 === 0 ? 1 : 0},${['new', 'sent', 'returned'][i % 3]},${i}.5`,
    ),
  )
  const infer = (options: InferOptions) => inferSchema(path, options)
  const { time: chosen, key, id, outcomes } = await infer({ time: 'made', key: 'shop', id: null, outcome: 'state=returned' })
  assert.deepEqual(
    [chosen?.column, key?.column, id, outcomes.map(({ column, truth }) => [column, truth])],
    ['made', 'shop', undefined, [['state', 'returned']]],
  )
  assert.equal(outcomes[0].reason, 'as you chose, and it is returned in 33 % of the records')
  assert.equal(key?.reason, 'as you chose; 3 distinct values in 1,000 records, each repeated 330 times on average')
  assert.deepEqual(
    (await infer({ outcome: 'late=0', key: null })).outcomes.map(({ truth, reason }) => [truth, reason]),
    [[0, 'as you chose, and it is 0 in 75 % of the records']],
  )
  assert.deepEqual((await infer({ outcome: null })).outcomes, [])
  assert.equal((await infer({ key: 'late' })).outcomes.length, 0)
  for (const [options, code, message] of [
    [{ key: 'custmer' }, 'SPILL_NOT_FOUND', /in\.csv has no column "custmer"; did you mean 'customer'\?/],
    [
      { time: 'heat' },
      'SPILL_INPUT',
      /in\.csv has double values in "heat", and --time needs times \(ISO 8601, .*\); name a different column$/,
    ],
    [{ key: 'heat' }, 'SPILL_INPUT', /in "heat", and --key needs text or whole numbers; name a different column$/],
    [
      { outcome: 'state' },
      'SPILL_INPUT',
      /in\.csv has the values "new", "sent", "returned" in "state"; name the one that is true: --outcome "state=new"$/,
    ],
    [{ outcome: 'state=gone' }, 'SPILL_INPUT', /"sent", "returned" in "state", and not "gone"; name the one/],
    [
      { outcome: 'heat' },
      'SPILL_INPUT',
      /has 1000 different values in "heat", and an outcome has few; give --outcome a different column, or --outcome none/,
    ],
    [{ key: 'shop', id: 'shop' }, 'SPILL_INPUT', /in\.csv has one column "shop" for --key and --id; name two columns/],
  ] as const)
    await assert.rejects(infer(options), { code, message })
})

test('types that are given are taken if all values fit', async () => {
  using scratch = new Scratch()
  const lines = Array.from({ length: 100 }, (_, i) => JSON.stringify({ at: time(i), zip: 8000 + (i % 9), price: i + 0.5, seen: 1.7e9 + i }))
  const path = scratch.write('in.ndjson', lines.join('\n'))
  const types = new Map<string, TypeIR>([
    ['zip', { type: 'string' }],
    ['price', { type: 'double' }],
    ['seen', { type: 'timestamp' }],
  ])
  const { columns } = await inferSchema(path, { types })
  assert.deepEqual(
    columns.map(({ name, type, timeFormat, isStringified }) => [name, type, timeFormat, isStringified]),
    [
      ['at', 'timestamp', 'offset', undefined],
      ['zip', 'string', undefined, true],
      ['price', 'double', undefined, undefined],
      ['seen', 'timestamp', 'seconds', undefined],
    ],
  )
  for (const [name, type] of [
    ['price', { type: 'int' }],
    ['price', { type: 'decimal', scale: 0 }],
    ['zip', { type: 'bool' }],
    ['zip', { type: 'timestamp' }],
    ['at', { type: 'double' }],
  ] as const)
    await assert.rejects(inferSchema(path, { types: new Map([[name, type]]) }), {
      code: 'SPILL_INPUT',
      message: new RegExp(`in\\.ndjson has values in "${name}", such as ".*", that are not all of type ${type.type}`),
    })
  await assert.rejects(inferSchema(path, { types: new Map([['zap', { type: 'string' }]]) }), {
    message: /no column "zap"; did you mean 'zip'/,
  })
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
