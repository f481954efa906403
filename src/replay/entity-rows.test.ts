import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { Strings } from '../columns/strings.ts'
import { openOutputTable } from '../files/open-output-table.ts'
import { count, entity, features, linear, model, on, pipeline, source, stream, t } from '../index.ts'
import { modelQuestion } from './question.ts'
import { readRows } from './entity-rows.ts'

const card = entity('card', t.string())
const till = entity('till', t.int())
const sales = source('sales', { schema: { card, till, amount: t.decimal(2), at: t.timestamp() }, key: 'card', time: 'at' })
const byTill = features('by_till', { from: sales, entity: [card, till], place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', {
  decide: on(sales),
  inputs: s => ({ n: byTill.of(s.card, s.till).n, amount: s.amount }),
  score: linear({ intercept: 0, weights: { n: 1 } }),
})
const question = modelQuestion(pipeline('shop', [risk]).ir, 'risk')

const folder = scratchFolder('rows')

const noon = Date.parse('2026-01-01T12:00:00Z')

async function readText(name: string, text: string, rowsMax?: number, time = 't') {
  const path = join(folder, name)
  writeFileSync(path, text)
  return readFile(path, rowsMax, time)
}

async function readFile(path: string, rowsMax?: number, time = 't') {
  const strings = new Strings()
  const { length, t, row, columns } = await readRows({ path, time }, question, strings, rowsMax === undefined ? {} : { rowsMax })
  const cell = (name: string, i: number) => {
    const { values, nulls } = columns[name]
    return nulls?.[i] === 1 ? null : name === 'card' ? strings.textOf(values[i]) : values[i]
  }
  return Array.from({ length }, (_, i) => [row[i], t[i], ...['card', 'till', 'amount'].map(name => cell(name, i))])
}

test('NDJSON, CSV and Parquet give the same rows; other columns are ignored, and a key may be NULL', async () => {
  const expected = [
    [1, noon, 'c1', 7, 1250],
    [2, noon - 1, null, 8, 0],
  ]
  const lines = [
    { card: 'c1', till: 7, amount: '12.50', t: '2026-01-01T12:00:00Z', label: true },
    { t: noon - 1, card: null, till: 8, amount: 0 },
  ]
  assert.deepEqual(await readText('rows.ndjson', lines.map(line => JSON.stringify(line)).join('\n')), expected)
  const csv = `label,card,till,amount,t\n1,c1,7,12.50,2026-01-01T12:00:00Z\n0,,8,0,${noon - 1}\n`
  assert.deepEqual(await readText('rows.csv', csv), expected)
  const strings = new Strings()
  const path = join(folder, 'rows.parquet')
  const table = await openOutputTable(
    path,
    [
      { name: 'card', type: 'string' },
      { name: 'till', type: 'int' },
      { name: 'amount', type: 'double' },
      { name: 't', type: 'timestamp' },
    ],
    strings,
  )
  const cards = { values: Int32Array.of(strings.idOf('c1'), 0), nulls: Uint8Array.of(0, 1) }
  const [tills, amounts, times] = [
    [7, 8],
    [12.5, 0],
    [noon, noon - 1],
  ].map(values => ({ values: Float64Array.from(values) }))
  await table.write(2, [cards, tills, amounts, times])
  await table.close()
  assert.deepEqual(await readFile(path), expected)
})

test('the column of times may have another name', async () => {
  const rows = await readText('named.ndjson', '{"card":"a","till":1,"amount":1,"when":"2026-01-01T12:00Z"}', undefined, 'when')
  assert.deepEqual(rows, [[1, noon, 'a', 1, 100]])
})

test('a file without rows is valid', async () => {
  assert.deepEqual(await readText('none.csv', 'card,till,amount,t\n'), [])
})

const line = (fields: string): string => `{"card":"a","till":1,"amount":1,"t":"2026-01-01T12:00Z"}\n{${fields}}\n`
const bad: readonly (readonly [string, string, string, RegExp])[] = [
  ['a key column that is missing', 'a.csv', 'crad,till,amount,t\n', /a\.csv has no column 'card', a key or input; did you mean 'crad'\?$/],
  [
    'a time column that is missing',
    'b.csv',
    'card,till,amount,at\n',
    /b\.csv has no column 't' with the time of each row; name another with --time/,
  ],
  [
    'a key that a line has not',
    'c.ndjson',
    line('"till":1,"amount":1,"t":0'),
    /c\.ndjson:2 is no row: it has no 'card'; write null where there is no key/,
  ],
  ['a time that a line has not', 'd.ndjson', line('"card":"a","till":1,"amount":1'), /d\.ndjson:2 is no row: 't' is missing/],
  ['a time that is NULL', 'e.ndjson', line('"card":"a","till":1,"amount":1,"t":null'), /e\.ndjson:2 is no row: 't' is NULL/],
  [
    'a time of a wrong type',
    'f.ndjson',
    line('"card":"a","till":1,"amount":1,"t":"noon"'),
    /f\.ndjson:2 is no row: 't' needs a time .* got 'noon'$/,
  ],
  ['a time out of range', 'g.csv', `card,till,amount,t\na,1,1,${2 ** 44}\n`, /g\.csv:2 is no row: 't' needs a time .* within ±2\^43 ms/],
  ['a key of a wrong type', 'h.csv', 'card,till,amount,t\na,one,1,0\n', /h\.csv:2 is no row: 'till' needs an int/],
  ['an input that is missing', 'i.ndjson', line('"card":"a","till":1,"t":0'), /i\.ndjson:2 is no row: 'amount' is missing/],
  [
    'a number with more digits than one holds',
    'j.ndjson',
    line('"card":"a","till":1,"amount":1.00000000000000000001,"t":0'),
    /j\.ndjson:2 is no row: 'amount' is 1\.0+1, which has more digits/,
  ],
  ['no object', 'k.ndjson', `${line('')}[1]\n`.replace('{}\n', ''), /k\.ndjson:2 is no row: a record must be an object/],
  ['no JSON', 'l.ndjson', `${line('')}oops\n`.replace('{}\n', ''), /l\.ndjson:2 cannot be read: /],
]

const codeOf = (name: string): string => (name.includes('column') ? 'SPILL_NOT_FOUND' : name === 'no JSON' ? 'SPILL_FORMAT' : 'SPILL_INPUT')

for (const [name, file, text, message] of bad)
  test(`${name} is rejected, with its place`, () => assert.rejects(readText(file, text), { code: codeOf(name), message }))

test('the number of rows is limited', async () => {
  const rows = 'card,till,amount,t\na,1,1,0\na,1,1,0\n'
  assert.equal((await readText('two.csv', rows, 2)).length, 2)
  await assert.rejects(readText('two.csv', rows, 1), { code: 'SPILL_LIMIT', message: /more than 1 rows \(TRAINING_SET_ROWS_MAX\)/ })
})
