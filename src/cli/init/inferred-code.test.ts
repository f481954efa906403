/** The generated maps convert numbers, dates and words in human formats to the values that were written, or the column is said to be unclear. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { random, type Random } from '../../base/random.ts'
import { sampleRecords, schemaOfSample } from '../../files/index.ts'
import { fieldCode, mapHelpers } from './inferred-code.ts'
import { plannedSource } from './inferred-source.ts'

const folder = scratchFolder('inferred-code')
const FILES = 150
const ROWS = 30

interface Converted {
  readonly type: string
  readonly isUnclear: boolean
  readonly convert: (raw: object) => unknown
}

/** The columns that are inferred of a CSV file with a time and these columns, with the conversions of the generated map. */
async function inferredFrom(columns: Readonly<Record<string, readonly string[]>>): Promise<Map<string, Converted>> {
  const names = Object.keys(columns)
  const rows = Array.from({ length: ROWS }, (_, i) => [new Date(1.7e12 + i * 60_000).toISOString(), ...names.map(name => columns[name][i])])
  const path = join(folder, 'in.csv')
  writeFileSync(path, [['made_at', ...names], ...rows].map(row => row.join(';')).join('\n'))
  const schema = schemaOfSample(await sampleRecords(path), { time: 'made_at' })
  const source = plannedSource(schema, path)
  const unclear = schema.unclear.map(({ name }) => name)
  const converted = new Map<string, Converted>()
  for (const column of source.columns) {
    const convert = await imported(`${mapHelpers([column])}\nexport const convert = (raw: any) => ${fieldCode(column)}\n`)
    converted.set(column.field, { type: column.type, isUnclear: unclear.includes(column.field), convert })
  }
  return converted
}

const modules = new Map<string, Promise<{ convert: Converted['convert'] }>>()

/** The function of generated code, which Node runs as it runs a user's pipeline. */
async function imported(code: string): Promise<Converted['convert']> {
  let module = modules.get(code)
  if (!module) {
    const path = join(folder, `map-${modules.size}.ts`)
    writeFileSync(path, code)
    modules.set(code, (module = import(path) as Promise<{ convert: Converted['convert'] }>))
  }
  return (await module).convert
}

const pick = <T>(draw: Random, list: readonly T[]): T => list[Math.floor(draw() * list.length)]

/** Numbers in one format: the separator of the fraction, and that of thousands. */
const numberFormats = [
  [',', '.'],
  [',', ' '],
  [',', '\u202f'],
  [',', ''],
  ['.', ','],
  ['.', "'"],
  ['.', ''],
] as const

function numberText(value: string, [fraction, groups]: (typeof numberFormats)[number]): string {
  const [whole, digits] = value.split('.')
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, groups)
  return digits === undefined ? grouped : `${grouped}${fraction}${digits}`
}

test('numbers of any format are read as written, or are text, or said to be unclear', async () => {
  const draw = random(11)
  let read = 0
  for (let file = 0; file < FILES; file++) {
    const format = pick(draw, numberFormats)
    const values = (['a', 'b'] as const).map(() => {
      // Often all values have as many digits, so that no short one shows the format.
      const [size, digits] = [10 ** Math.floor(draw() * 8), pick(draw, [0, 0, 0, 1, 2, 3])]
      const least = draw() < 0.7 ? size / 10 : 0
      return Array.from({ length: ROWS }, () => `${draw() < 0.2 ? '-' : ''}${(least + draw() * (size - least) * 0.99).toFixed(digits)}`)
    })
    const texts = values.map(column => column.map(value => numberText(value, format)))
    const columns = await inferredFrom({ a: texts[0], b: texts[1] })
    for (const [i, name] of (['a', 'b'] as const).entries()) {
      const { type, isUnclear, convert } = columns.get(name)!
      if (isUnclear || type === 'string') continue
      read++
      for (const [row, text] of texts[i].entries())
        assert.equal(Number(convert({ [name]: text })), Number(values[i][row]), `${text} as ${type}, in a file of ${texts.join(' and ')}`)
    }
  }
  assert.ok(read > FILES, `only ${read} columns were read as numbers`)
})

test('dates of any order are read as written, or said to be unclear', async () => {
  const draw = random(12)
  let read = 0
  for (let file = 0; file < FILES; file++) {
    const [order, separator] = pick(draw, [
      ['dmy', '.'],
      ['dmy', '/'],
      ['dmy', '-'],
      ['mdy', '/'],
      ['mdy', '-'],
      ['ymd', '/'],
    ] as const)
    const [days, hasClock, isPadded] = [pick(draw, [9, 28, 400]), draw() < 0.7, draw() < 0.5]
    const two = (number: number) => String(number).padStart(2, '0')
    const from = Date.UTC(2024, Math.floor(draw() * 12), 1)
    const values = Array.from({ length: ROWS }, () => {
      const day = from + Math.floor(draw() * days) * 86_400_000
      return hasClock ? day + Math.floor(draw() * 1440) * 60_000 : day
    })
    const texts = values.map(ms => {
      const at = new Date(ms)
      const parts = { d: at.getUTCDate(), m: at.getUTCMonth() + 1, y: at.getUTCFullYear() }
      const date = order
        .split('')
        .map(part => (isPadded ? two : String)(parts[part as 'd']))
        .join(separator)
      const clock = separator === '/' && order === 'mdy' ? twelveHours(at) : `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
      return hasClock ? `${date} ${clock}` : date
    })
    const { type, isUnclear, convert } = (await inferredFrom({ day: texts })).get('day')!
    if (isUnclear) continue
    read++
    assert.equal(type, 'timestamp', texts.join(', '))
    for (const [row, text] of texts.entries())
      assert.equal(Date.parse(`${String(convert({ day: text }))}Z`), values[row], `${text} in ${texts.join(', ')}`)
  }
  assert.ok(read > FILES / 2, `only ${read} columns were read as times`)
})

const twelveHours = (at: Date): string =>
  `${at.getUTCHours() % 12 || 12}:${String(at.getUTCMinutes()).padStart(2, '0')} ${at.getUTCHours() < 12 ? 'AM' : 'PM'}`

test('words for yes and no are bools in any case of letters, and another word is rejected', async () => {
  const draw = random(13)
  for (const [yes, no] of ['yes no', 'ja nein', 'oui non', 'true false', 'y n', 'si no', 't f', 'да нет'].map(pair => pair.split(' '))) {
    const values = Array.from({ length: ROWS }, (_, i) => i % 3 === 0)
    const inAnyCase = (word: string) => pick(draw, [word, word.toUpperCase(), word[0].toUpperCase() + word.slice(1)])
    const texts = values.map(value => inAnyCase(value ? yes : no))
    const { type, convert } = (await inferredFrom({ flag: texts })).get('flag')!
    assert.equal(type, 'bool', yes)
    // The intake of CSV reads true and false itself.
    const read = texts
      .map(text => convert({ flag: text }))
      .map(value => (typeof value === 'string' ? value.toLowerCase() === 'true' : value))
    assert.deepEqual(read, values, yes)
    if (yes !== 'true') assert.throws(() => convert({ flag: 'maybe' }), /^Error: 'maybe' is neither/)
  }
})

test('a later number in a different format is rejected by the map', async () => {
  const comma = (await inferredFrom({ a: Array.from({ length: ROWS }, (_, i) => `1.${100 + i},5`) })).get('a')!
  for (const text of ['12.5', '1.2345,6', '1,234.5', 'a lot', '1,2,3'])
    assert.throws(() => comma.convert({ a: text }), /is not a number with a decimal comma/, text)
  const grouped = (await inferredFrom({ a: Array.from({ length: ROWS }, (_, i) => `1,${100 + i}.5`) })).get('a')!
  for (const text of ['12,5', '1,2345.6', '1.234,5', 'a lot'])
    assert.throws(() => grouped.convert({ a: text }), /is not a number with a decimal point/, text)
})

test('a value that is missing stays missing', async () => {
  const texts = Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? '' : `1.${100 + i},5`))
  const { convert } = (await inferredFrom({ a: texts })).get('a')!
  assert.deepEqual([convert({ a: null }), convert({ a: '1.100,5' })], [null, 1100.5])
  const zip = {
    name: 'zip',
    field: 'zip',
    type: 'string',
    nullable: false,
    hasGaps: true,
    isStringified: true,
    distinct: 5,
    filled: 9,
  } as const
  const key = await imported(`export const convert = (raw: any) => ${fieldCode(zip)}`)
  assert.deepEqual([key({ zip: null }), key({ zip: 8001 })], [null, '8001'])
})
