import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nullValue } from '../aggregate/partial/kernel-partial.ts'
import type { Block } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import type { AggregateName, FeatureIR } from '../define/ir/ir.ts'
import { sourceIR } from '../../test/source-ir.ts'
import { planStructures } from './plan.ts'
import { buildUnit, structureInput } from './unit.ts'

const columns = [
  { name: 'k', type: 'int', nullable: false },
  { name: 'x', type: 'int', nullable: true },
  { name: 'ok', type: 'bool', nullable: true },
  { name: 'gone', type: 'bool', nullable: true },
  { name: 'at', type: 'timestamp', nullable: false },
] as const
const plain = sourceIR(columns)
const changelog = sourceIR(columns, { deleted: 'gone' })
const revisable = sourceIR(columns, { deleted: 'gone', identity: ['x'], revisable: 1 })

/** Every combination of x (5, 6, … or NULL), ok and gone (true, false, NULL). */
const marks = [1, 0, null]
const rows = [true, false].flatMap(hasX => marks.flatMap(ok => marks.map(gone => ({ hasX, ok, gone }))))
const numbers = Float64Array.from(rows.keys())
const flags = (of: 'ok' | 'gone') => ({
  values: Float64Array.from(rows, row => row[of] ?? 1),
  nulls: Uint8Array.from(rows, row => Number(row[of] === null)),
})
const nulls = Uint8Array.from(rows, ({ hasX }) => Number(!hasX))
const block: Block = {
  length: rows.length,
  time: numbers,
  arrival: numbers,
  sourcePosition: numbers,
  columns: {
    k: { values: numbers },
    x: { values: numbers.map(i => 5 + i), nulls },
    ok: flags('ok'),
    gone: flags('gone'),
    at: { values: numbers },
  },
}

function inputOf(agg: AggregateName, source: typeof plain, filtered: boolean) {
  const feature: FeatureIR = {
    name: 'f',
    agg,
    window: 10,
    hop: 1,
    type: 'int',
    input: { op: 'column', name: 'x', type: 'int' },
    ...(filtered && { where: { op: 'column', name: 'ok', type: 'bool' } }),
  }
  const group = { name: 'g', source: 's', entity: ['e'], key: ['k'], place: { kind: 'stream' } as const, features: [feature] }
  const [plan] = planStructures(group, source)
  const { value, skip } = structureInput(buildUnit(plan, source, new Strings()), block, new Int32Array(rows.length), numbers)
  return rows.map((_, i) => (skip?.[i] ? 'skipped' : value[i]))
}

for (const filtered of [false, true]) {
  const out = ({ ok }: (typeof rows)[number]) => filtered && ok !== 1

  test(`NULLs and tombstones take no part, ${filtered ? 'nor' : 'without'} what a condition leaves out`, () => {
    const expected = (deletes: boolean) => rows.map((row, i) => (out(row) || !row.hasX || (deletes && row.gone === 1) ? 'skipped' : 5 + i))
    assert.deepEqual(inputOf('last', plain, filtered), expected(false))
    assert.deepEqual(inputOf('last', changelog, filtered), expected(true))
    assert.deepEqual(inputOf('last', revisable, filtered), expected(false), 'what is superseded or deleted is decided elsewhere')
  })

  test(`for row they take part as a NULL, ${filtered ? 'but not' : 'without'} what a condition leaves out`, () => {
    const expected = (deletes: boolean) =>
      rows.map((row, i) => (out(row) ? 'skipped' : !row.hasX || (deletes && row.gone === 1) ? nullValue : 5 + i))
    assert.deepEqual(inputOf('row', plain, filtered), expected(false))
    assert.deepEqual(inputOf('row', changelog, filtered), expected(true))
    assert.deepEqual(inputOf('row', revisable, filtered), expected(false))
  })
}

test('the columns of the block are unchanged', () => {
  inputOf('row', changelog, true)
  inputOf('last', changelog, true)
  assert.deepEqual(
    nulls,
    Uint8Array.from(rows, ({ hasX }) => Number(!hasX)),
  )
  assert.deepEqual(block.columns['ok'], flags('ok'))
  assert.deepEqual(block.columns['gone'], flags('gone'))
  assert.deepEqual(
    block.columns['x'].values,
    numbers.map(i => 5 + i),
  )
})
