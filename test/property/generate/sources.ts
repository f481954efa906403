import { limits } from '../../../src/base/limits.ts'
import type { ColumnType, GroupIR, SourceIR, Value } from '../../../src/define/ir/ir.ts'
import type { Axes } from './axes.ts'
import { columnPlan, type ColumnPlan } from './columns.ts'
import type { Draw } from './draw.ts'
import { DAY } from './windows.ts'

/** A source with the generator of its rows. */
export interface SourcePlan {
  readonly ir: SourceIR
  /** Every column except the time. */
  readonly columns: readonly ColumnPlan[]
  /** Source keys, the more frequent first. */
  readonly keys: readonly Value[]
  readonly partitions: number
}

export const TIME_COLUMN = 'at'
export const DELETED_COLUMN = 'gone'

const allTypes: readonly ColumnType[] = ['int', 'decimal', 'duration', 'double', 'timestamp', 'string', 'bool']

/** A source with a column of every required type, and a few more. Keys are few, so that windows are not empty. */
export function sourcePlan(draw: Draw, axes: Axes, name: string, needed: ReadonlySet<ColumnType>, scale: number): SourcePlan {
  const key = columnPlan(
    draw,
    axes,
    'k',
    draw.weighted([
      [5, 'string'],
      [2, 'int'],
      [1, 'decimal'],
      [1, 'bool'],
    ] as const),
    false,
  )
  const other = columnPlan(
    draw,
    axes,
    'g',
    draw.weighted([
      [4, 'string'],
      [2, 'int'],
      [1, 'bool'],
    ] as const),
  )
  const types = draw.shuffled([...needed, ...draw.shuffled(allTypes).slice(0, draw.between(0, 3)), 'int', 'int'] as ColumnType[])
  const values = types.map((type, i) => columnPlan(draw, axes, `c${i}`, type))
  // `variance` and `slope` need a column of their type with modest magnitude.
  const modest = [...needed].filter(type => !values.some(plan => plan.ir.type === type && plan.reach <= limits.MOMENT_VALUE_MAX))
  const calm = { ...axes, extremes: false }
  const columns = [key, few(draw, other), ...values, ...modest.map((type, i) => columnPlan(draw, calm, `m${i}`, type))]
  if (axes.revisions) columns.push(few(draw, columnPlan(draw, axes, 'ref', draw.pick(['int', 'string'] as const), draw.chance(0.4)), 6))
  const isMarked = axes.tables || (axes.revisions && draw.chance(0.85))
  if (isMarked) columns.push({ ir: { name: DELETED_COLUMN, type: 'bool', nullable: true }, value: () => false, reach: 0 })
  const identity = axes.revisions && { identity: draw.chance(0.8) ? ['ref'] : ['ref', 'g'], revisable: 4000 * DAY }
  const ir: SourceIR = {
    name,
    columns: [...columns.map(plan => plan.ir), { name: TIME_COLUMN, type: 'timestamp', nullable: false }],
    key: 'k',
    time: TIME_COLUMN,
    ...identity,
    ...(isMarked && { deleted: DELETED_COLUMN }),
    arrives: { kind: 'after', delay: 0 },
    allowedLateness: draw.pick([0, Math.ceil(scale / 2), 1000 * DAY, 1000 * DAY]),
    maxClockSkew: 60_000,
    dedupe: 3_600_000,
  }
  const keys = [...new Set(Array.from({ length: draw.between(1, 4) }, () => key.value(draw)))]
  return { ir, columns, keys, partitions: axes.partitions ? draw.between(2, 4) : 1 }
}

/** The same column with at most `most` different values, drawn once. */
function few(draw: Draw, plan: ColumnPlan, most = 3): ColumnPlan {
  const pool = Array.from({ length: draw.between(1, most) }, () => plan.value(draw))
  return { ...plan, value: d => d.pick(pool) }
}

export function groupKey(draw: Draw, axes: Axes): GroupIR['key'] {
  if (axes.compositeKey)
    return draw.pick([
      ['k', 'g'],
      ['g', 'k'],
    ])
  return axes.otherKey ? ['g'] : ['k']
}
