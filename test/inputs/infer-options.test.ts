/** Formats of columns that decide each other's, and the options that override what is inferred. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TypeIR } from '../../src/define/ir/index.ts'
import type { InferOptions } from '../../src/files/infer-schema.ts'
import { csv, inferSchema, time } from './infer-schema.ts'
import { Scratch } from './scratch.ts'

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
  const { columns: withTime } = await inferSchema(path, { time: 'seen' })
  assert.deepEqual([withTime[3].type, withTime[3].timeFormat], ['timestamp', 'seconds'])
  await assert.rejects(inferSchema(path, { types: new Map([['zap', { type: 'string' }]]) }), {
    message: /no column "zap"; did you mean 'zip'/,
  })
})
