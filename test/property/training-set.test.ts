/**
 * Rows of training sets equal the oracle's and DuckDB's: random pipelines, histories and placements; existing, unknown and NULL keys; times
 * before the first event and after the last, at arrivals and at edges of windows, with equal ones, in no order.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SpillwayError } from '../../src/base/errors.ts'
import { Strings } from '../../src/columns/strings.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ColumnIR, FeatureIR, GroupIR, PipelineIR, Value } from '../../src/define/ir/ir.ts'
import type { OutputValues } from '../../src/files/io/output-table.ts'
import type { SourceHistory } from '../../src/intake/history-builder.ts'
import { inOrderOfTime, type EntityRows } from '../../src/replay/entity-rows.ts'
import { replayLog } from '../../src/replay/log.ts'
import { groupsQuestion, type Question } from '../../src/replay/question.ts'
import { setOfRows, type TrainingColumn, type TrainingSet } from '../../src/replay/training-set.ts'
import { DuckDbEngine } from '../../src/sql/duckdb/engine.ts'
import { SqlValues } from '../parity/sql-values.ts'
import { placeRequest } from '../parity/placement.ts'
import { rowCases } from '../oracle/cases/rows.ts'
import { rowAt } from '../oracle/rows.ts'
import type { Answer } from './case.ts'
import { agree, answerText } from './compare.ts'
import { blockOf, columnOf } from './engines/block.ts'
import { asOneLog } from './generate/one-log.ts'
import { placement } from './generate/deciders.ts'
import { Draw } from './generate/draw.ts'
import { generate } from './generate/generate.ts'
import { edgesAfter } from './generate/times.ts'
import { sweep } from '../sweep.ts'

const CASES = sweep(50, 120)
const WITNESSED = 20
const ROWS = 30

interface RowRequest {
  readonly key: Readonly<Record<string, Value>>
  readonly t: number
}

interface Drawn {
  readonly draw: Draw
  readonly ir: PipelineIR
  readonly log: readonly LoggedEvent[]
}

for (const { name, source, group, log, rows } of rowCases)
  test(name, () => {
    const ir: PipelineIR = { version: 1, name: 'case', sources: [source], groups: [group], models: [] }
    const requested = rows.map(({ key, t }) => ({ key: { k: key }, t }))
    const cells = read(groupsQuestion(ir, ['case']), log, requested)
    rows.forEach(({ expect, why }, i) => {
      const { visible, ...rest } = expect
      const [n, sum] = ['n', 'sum'].map(feature => cells[i][`vector.case.${feature}`])
      const got = { n, sum, age: cells[i]['read.case(k).age'], newest: cells[i]['read.case(k).newest'] }
      assert.deepEqual(got, rest, why)
      if (visible !== undefined) assert.equal(cells[i]['read.case(k).visibleEvents'], visible, why)
    })
  })

test("rows over random histories are the oracle's, in batches of any size", () => {
  const counts: Counts = { compared: 0, notNull: 0, rejected: 0 }
  for (let seed = 1; seed <= CASES; seed++) {
    const { draw, ir, log } = drawn(seed)
    for (const groups of asTogether(ir)) {
      const question = groupsQuestion(
        ir,
        groups.map(({ name }) => name),
      )
      const rows = rowsAbout(draw, log, groups, question.keys)
      const cells = read(question, log, rows, [undefined, 1, 7][seed % 3])
      for (const group of groups) rows.forEach((row, i) => compare(`seed ${seed}`, ir, group, log, row, cells[i], counts))
    }
  }
  const { compared, notNull, rejected } = counts
  assert.ok(
    compared > 80 * CASES && notNull > 25 * CASES && rejected > 0,
    `${compared} values compared, ${notNull} not NULL, ${rejected} rejected`,
  )
})

interface Counts {
  compared: number
  notNull: number
  rejected: number
}

function compare(
  seed: string,
  ir: PipelineIR,
  group: GroupIR,
  log: readonly LoggedEvent[],
  { key, t }: RowRequest,
  cells: Cells,
  counts: Counts,
): void {
  const source = ir.sources.find(({ name }) => name === group.source)!
  const own = group.key.map(column => key[column])
  const want = rowAt(group, source, log, own, t)
  const where = `${seed}, ${group.name} ${group.place.kind} of ${JSON.stringify(own)} at ${t}`
  const id = `read.${group.name}(${group.key.join(',')})`
  assert.equal(cells[`${id}.age`], want.age, where)
  assert.equal(cells[`${id}.newest`], want.newest, where)
  if (group.place.kind !== 'corrected') assert.equal(cells[`${id}.visibleEvents`], want.visible, where)
  group.features.forEach((feature, f) => {
    const { delivered, tolerance, rejected } = want.values[f]
    const value = cells[`vector.${group.name}.${feature.name}`]
    counts.compared++
    if (value !== null) counts.notNull++
    if (rejected) {
      counts.rejected++
      assert.equal(value, null, where)
      return assert.match(String(cells['rejected']), /^feature '/, where)
    }
    const expected: Answer = { value: delivered, ...(tolerance !== undefined && { tolerance }) }
    assert.ok(agree(expected, { value }), `${where}, ${feature.name}: ${answerText({ value })}, not ${answerText(expected)}`)
  })
}

test('DuckDB gives the same rows', async () => {
  const db = new SqlValues(await DuckDbEngine.open())
  let compared = 0
  try {
    for (let seed = 5001; seed <= 5000 + WITNESSED; seed++) {
      const { draw, ir, log } = drawn(seed)
      for (const group of ir.groups) compared += await witness(db, `seed ${seed}`, ir, group, log, draw)
    }
  } finally {
    await db.close()
  }
  assert.ok(compared > 2000, `only ${compared} values were compared`)
})

/** Compares a group's rows with SQL's; with the oracle's tolerance for sums of doubles. Returns the number of compared values. */
async function witness(
  db: SqlValues,
  seed: string,
  ir: PipelineIR,
  group: GroupIR,
  log: readonly LoggedEvent[],
  draw: Draw,
): Promise<number> {
  const source = ir.sources.find(({ name }) => name === group.source)!
  const question = groupsQuestion(ir, [group.name])
  const rows = rowsAbout(draw, log, [group], question.keys)
  const cells = read(question, log, rows)
  const keyOf = ({ key }: RowRequest) => group.key.map(column => key[column])
  await db.load(source, log)
  const asks = rows.map(row =>
    placeRequest({ key: keyOf(row), prefix: log.filter(({ arrival }) => arrival <= row.t).length, t: row.t }, group.place, log.length),
  )
  const answers = await db.values(group, source, asks)
  let compared = 0
  rows.forEach((row, i) => {
    const { values } = rowAt(group, source, log, keyOf(row), row.t)
    group.features.forEach(({ name }, f) => {
      if (answers[i][f].rejected) return
      const { tolerance } = values[f]
      const expected: Answer = { value: answers[i][f].value, ...(tolerance !== undefined && { tolerance }) }
      const value = cells[i][`vector.${group.name}.${name}`]
      compared++
      assert.ok(
        agree(expected, { value }),
        `${seed}, ${group.name}.${name} at ${row.t}: ${answerText({ value })}, not ${answerText(expected)}`,
      )
    })
  })
  return compared
}

/** A case of the generator with random placements. */
function drawn(seed: number): Drawn {
  const of = generate(seed)
  const draw = new Draw(seed + 2_000_000)
  const log = asOneLog(of.log)
  const span = log.at(-1)!.arrival - log[0].arrival
  const groups = of.ir.groups.map((group): GroupIR => ({
    ...group,
    place: placement(draw, span),
    features: group.features.map(withoutBefore),
  }))
  return { draw, ir: { ...of.ir, groups }, log }
}

function withoutBefore(feature: FeatureIR): FeatureIR {
  const { before: _, ...rest } = feature
  return rest
}

/** Keys of events, unknown keys, NULL; some rows twice. */
function rowsAbout(draw: Draw, log: readonly LoggedEvent[], groups: readonly GroupIR[], keys: readonly ColumnIR[]): RowRequest[] {
  const own = log.filter(({ source }) => groups.some(group => group.source === source))
  if (own.length === 0) return []
  const rows = Array.from({ length: ROWS }, (): RowRequest => {
    const { row } = draw.pick(own)
    const other = draw.weighted<((column: ColumnIR) => Value) | undefined>([
      [12, undefined],
      [1, () => null],
      [1, ({ type }) => (type === 'string' ? 'nobody' : type === 'bool' ? true : 12_345)],
      [2, ({ name }) => draw.pick(own).row[name] ?? null],
    ])
    const key = keys.map(column => [column.name, other ? other(column) : (row[column.name] ?? null)] as const)
    return { key: Object.fromEntries(key), t: momentOf(draw, log, groups) }
  })
  return [...rows, ...draw.shuffled(rows).slice(0, 5)]
}

function momentOf(draw: Draw, log: readonly LoggedEvent[], groups: readonly GroupIR[]): number {
  const { time, arrival } = draw.pick(log)
  return draw.weighted([
    [4, () => arrival + draw.pick([-1, 0, 0, 1])],
    [2, () => time + draw.pick([-1, 0, 1])],
    [3, () => edgesAfter(draw, time, draw.pick(groups).features)],
    [1, () => log[0].arrival - draw.magnitude(1e6)],
    [1, () => log.at(-1)!.arrival + draw.magnitude(1e9)],
  ])()
}

/** The groups that can be in one set: those whose equally named keys have one type. */
function asTogether({ groups, ...ir }: PipelineIR): (readonly GroupIR[])[] {
  try {
    groupsQuestion(
      { ...ir, groups },
      groups.map(({ name }) => name),
    )
    return [groups]
  } catch (error) {
    assert.ok(error instanceof SpillwayError && error.code === 'SPILL_UNSUPPORTED')
    return groups.map(group => [group])
  }
}

type Cells = Readonly<Record<string, Answer['value']>>

/** The rows in the requested order. */
function read(question: Question, log: readonly LoggedEvent[], rows: readonly RowRequest[], stretch?: number): Cells[] {
  const strings = new Strings()
  const histories = question.ir.sources.map((source): [string, SourceHistory] => {
    const own = log.filter(event => event.source === source.name)
    return [source.name, { source, block: blockOf(source, own, strings) } as SourceHistory]
  })
  const set = setOfRows(
    question,
    inOrderOfTime(requestedRowsOf(question.keys, rows, strings)),
    replayLog(question.ir, new Map(histories), strings),
    stretch,
  )
  const cells = cellsOf(set)
  assert.deepEqual(
    cells.map(cell => cell['t']),
    rows.map(({ t }) => t).sort((a, b) => a - b),
  )
  return cells.sort((a, b) => (a['row'] as number) - (b['row'] as number))
}

function requestedRowsOf(keys: readonly ColumnIR[], rows: readonly RowRequest[], strings: Strings): EntityRows {
  const columns = keys.map(
    ({ name, type }) =>
      [
        name,
        columnOf(
          type,
          rows.map(({ key }) => key[name]),
          strings,
        ),
      ] as const,
  )
  return {
    length: rows.length,
    t: Float64Array.from(rows, ({ t }) => t),
    row: Float64Array.from(rows, (_, i) => i + 1),
    columns: Object.fromEntries(columns),
  }
}

function cellsOf({ columns, strings, batches }: TrainingSet): Cells[] {
  const cells: Cells[] = []
  for (const batch of batches)
    for (let row = 0; row < batch.length; row++)
      cells.push(Object.fromEntries(columns.map((column, c) => [column.name, cellOf(column, batch.columns[c], row, strings)])))
  return cells
}

function cellOf(
  { type, list }: TrainingColumn,
  { values, nulls, counts, width = 1 }: OutputValues,
  row: number,
  strings: Strings,
): Answer['value'] {
  const decoded = (value: number): Value => (type === 'string' ? strings.textOf(value) : type === 'bool' ? value === 1 : value)
  if (nulls?.[row] === 1) return null
  if (!list) return decoded(values[row])
  return Array.from({ length: counts![row] }, (_, i) => decoded(values[row * width + i]))
}
