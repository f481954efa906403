/**
 * The limit of exact moments of degree two, in the three ways in which a value is computed: `MOMENT_COUNT_MAX` events, each at most
 * `MOMENT_VALUE_MAX` in magnitude. Within it Σx² and Στx stay exact; `variance`, `stddev` and `slope` of a window beyond it are
 * rejected with `SPILL_RANGE`.
 */
import { limits } from '../../base/index.ts'
import type { SqlValue, SqlWindow } from './aggregate-sql.ts'
import type { SumRows } from './kernel-partial.ts'
import type { ExactMoments } from './exact-moments.ts'
import { MOMENT_N } from './moments.ts'

/** Tiles: do the moments of a window exceed the limit? */
export const exceedsMomentLimit = ({ n, largest }: ExactMoments<'xx'>): boolean =>
  n > limits.MOMENT_COUNT_MAX || largest > limits.MOMENT_VALUE_MAX

/** The kernel: does the window of a row exceed the limit? */
export const rowExceedsMomentLimit = ({ columns, layout }: SumRows, row: number): boolean =>
  columns[MOMENT_N][row] > limits.MOMENT_COUNT_MAX || (layout.outside >= 0 && columns[layout.outside][row] !== 0)

/** Point-in-time SQL: the rejection of a window that exceeds the limit. */
export const rejectedBeyondMomentLimit = (window: SqlWindow): NonNullable<SqlValue['rejected']> => ({
  when: `${window.count()} > ${limits.MOMENT_COUNT_MAX} OR ${window.max(`abs(${window.input})`)} > ${limits.MOMENT_VALUE_MAX}`,
  code: 'SPILL_RANGE',
})
