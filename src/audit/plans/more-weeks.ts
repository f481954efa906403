/**
 * How much more history would decide, if the difference is what it seems: intervals narrow with the square root of what they are made from.
 *
 * From `value ± half` over a history of `weeks`, the half is below the value after `weeks · (half / value)²`. Rounded up.
 */
import { limits } from '../../base/limits.ts'
import type { Interval } from '../domain/plan-types.ts'

/** Weeks; undefined where no history that anyone will see would do. */
export function moreWeeks({ value, low, high }: Interval, weeks: number): number | undefined {
  const half = value > 0 ? value - low : high - value
  if (value === 0 || !(half >= Math.abs(value))) return undefined
  const more = Math.max(1, Math.ceil(weeks * ((half / value) ** 2 - 1)))
  return more <= limits.AUDIT_MORE_WEEKS_MAX ? more : undefined
}
