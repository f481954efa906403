import { limits } from '../base/limits.ts'
import type { TypeIR } from '../define/ir/ir.ts'
import { isDouble, sumsDefinition, refuseCell, decimalUnit, type AggregateDefinition, type Lowering } from './aggregate.ts'
import { spreadFold } from './fold.ts'
import { exactProductSum, exactSum, type MomentLayout } from './moments.ts'
import type { SqlValue, SqlWindow } from './sql.ts'

/** The definition that variance and standard deviation share. */
export const spreadDefinition = sumsDefinition(['x', 'xx'], spreadFold)

/**
 * The sample variance: fl(fl(fl(n·Q − S²) / fl(n·(n − 1))) / 10^(2s)) over exact types (semantics, numbers to the bit); NULL for fewer than
 * two values.
 */
export const varianceAggregate: AggregateDefinition = {
  name: 'variance',
  ...spreadDefinition,
  lower: lowering => lowerSpread(lowering, decimalUnit(lowering.feature.input) ** 2, false),
  sql: ({ input }, window) => spreadSql(input, window, squared => `${squared} / ${window.constant(decimalUnit(input) ** 2)}`),
}

/** Lowers the variance, or its square root, divided by `unit`. */
export function lowerSpread({ rows, partial, layout, out, at }: Lowering, unit: number, root: boolean): void {
  const n = partial[0]
  for (let i = 0; i < rows; i++) {
    if (n[i] < 2) {
      out.nulls[at + i] = 1
      continue
    }
    const squared = layout ? exactVariance(layout, partial, i) : Math.max(0, partial[2][i] / (n[i] - 1))
    if (Number.isFinite(squared)) out.values[at + i] = (root ? Math.sqrt(squared) : squared) / unit
    else refuseCell(out, at + i)
  }
}

/** The variance in squared scaled units. Not finite if the window exceeds exact arithmetic. */
function exactVariance(layout: MomentLayout, partial: readonly Float64Array[], row: number): number {
  const n = partial[0][row]
  if (n > limits.MOMENT_COUNT_MAX || (layout.outside >= 0 && partial[layout.outside][row] !== 0)) return Infinity
  return exactSpread(layout, partial, row, n) / (n * (n - 1))
}

/** fl(n·Q − S²): in doubles while n·Q, and so S², which is never greater, is a safe integer; otherwise in big integers, rounded once. */
function exactSpread(layout: MomentLayout, partial: readonly Float64Array[], row: number, n: number): number {
  if (layout.xLimbs === 1 && layout.xxLimbs === 1) {
    const nQ = n * partial[layout.xx][row]
    const sum = partial[layout.x][row]
    if (nQ <= limits.EXACT_MAX) return nQ - sum * sum
  }
  const sum = exactSum(partial, layout.x, layout.xLimbs, row)
  return Number(BigInt(n) * exactProductSum(partial, layout.xx, layout.xxLimbs, row) - sum * sum)
}

/** The SQL of the variance in squared scaled units, which `finish` turns into the value. */
export function spreadSql(input: TypeIR | undefined, window: SqlWindow, finish: (squared: string) => string): SqlValue {
  const n = window.count()
  if (isDouble(input)) return { value: `CASE WHEN ${n} > 1 THEN ${finish(`${window.spread()} / ${window.double(`${n} - 1`)}`)} END` }
  const x = window.exact(window.input)
  const sum = window.sum(x)
  const spread = window.rounded(`${window.exact(n)} * ${window.sum(`${x} * ${x}`)} - ${sum} * ${sum}`)
  const squared = `${spread} / ${window.double(`${n} * (${n} - 1)`)}`
  return { value: `CASE WHEN ${n} > 1 THEN ${finish(squared)} END`, refused: momentsOutOfRange(window) }
}

/** The SQL condition for a window that exceeds exact moments. */
export const momentsOutOfRange = (window: SqlWindow): NonNullable<SqlValue['refused']> => ({
  when: `${window.count()} > ${limits.MOMENT_COUNT_MAX} OR ${window.max(`abs(${window.input})`)} > ${limits.MOMENT_VALUE_MAX}`,
  code: 'SPILL_RANGE',
})
