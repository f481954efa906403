/**
 * Value of the landed flights at a greater age. The group `arrivals` is placed at `lag(age)`; the second half of the flights is ranked by
 * the mean delay at the destination alone (0 without landings), and by a logistic model of it and the hour of day, fitted on the first
 * half.
 *
 *     node examples/flights/ages.ts
 *
 * The expected figures were computed independently of Spillway over the same file. Exits 1 if one is off by more than 0.003.
 */
import type { PipelineIR } from 'spillway'
import { auc, fitLogistic, predict } from 'spillway/training'
import { decisions, outcomesOf, readLog } from './decisions.ts'
import { orZero } from './evaluate.ts'
import pipeline from './flights.ts'

interface Expected {
  readonly minutes: number
  readonly alone: number
  readonly withHour?: number
}

const expected: readonly Expected[] = [
  { minutes: 0, alone: 0.662, withHour: 0.688 },
  { minutes: 5, alone: 0.661 },
  { minutes: 15, alone: 0.659 },
  { minutes: 60, alone: 0.647, withHour: 0.676 },
  { minutes: 180, alone: 0.613 },
  { minutes: 360, alone: 0.544, withHour: 0.642 },
  { minutes: 1440, alone: 0.594, withHour: 0.645 },
]
const HOUR_ALONE = 0.634
const TOLERANCE = 0.003

const log = await readLog()
const late = outcomesOf(log)
const half = late.length >> 1
const earlier = (column: Float64Array) => column.subarray(0, half)
const later = (column: Float64Array) => column.subarray(half)

type Columns = Readonly<Record<string, Float64Array>>

/** One column for each hour except noon, the base. */
let hours: Columns = {}

for (const { minutes, alone, withHour } of expected) {
  const { inputs } = decisions(log, placedAt(minutes))
  const delay = inputs.get('there.delay')!
  const empty = delay.reduce((count, value) => count + Number(Number.isNaN(value)), 0) / delay.length
  const known = delay.map(orZero)
  if (Object.keys(hours).length === 0) hours = hoursOf(inputs.get('hour')!)
  const found = [`AUC ${checked(auc(later(known), late.subarray(half)), alone)}`]
  if (withHour !== undefined) found.push(`with the hour ${checked(aucOfModel({ known, ...hours }), withHour)}`)
  console.log(`${String(minutes).padStart(5)} min old: ${found.join(', ')}; ${(empty * 100).toFixed(0)} % of windows empty`)
}
console.log(`the hour alone: AUC ${checked(aucOfModel(hours), HOUR_ALONE)}`)

function placedAt(minutes: number): PipelineIR {
  return { ...pipeline.ir, groups: pipeline.ir.groups.map(group => ({ ...group, place: { kind: 'lag', by: minutes * 60_000 } })) }
}

function hoursOf(hour: Float64Array): Columns {
  const others = Array.from({ length: 24 }, (_, level) => level).filter(level => level !== 12)
  return Object.fromEntries(others.map(level => [`hour ${level}`, hour.map(value => Number(value === level))]))
}

function aucOfModel(columns: Columns): number {
  const each = (of: (column: Float64Array) => Float64Array) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, of(column)]))
  const model = fitLogistic({ columns: each(earlier), labels: late.subarray(0, half) }, { standardise: false })
  return auc(predict(model, each(later)), late.subarray(half))
}

function checked(value: number, expected: number): string {
  if (Math.abs(value - expected) <= TOLERANCE) return value.toFixed(3)
  process.exitCode = 1
  return `${value.toFixed(3)} (expected ${expected})`
}
