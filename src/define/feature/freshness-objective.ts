/** The freshness objective that a feature group states: an option of `features`. */
import { show } from '../../base/index.ts'
import type { GroupIR } from '../ir/ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'

/** The share of decisions that must be fresh, unless it is stated: one in a hundred may read older values. */
const TARGET = 0.99

/** The option as a part of the group's IR; empty if the group states no objective. */
export function freshnessOf(subject: string, freshness: unknown): Pick<GroupIR, 'freshness'> {
  if (freshness === undefined) return {}
  const option = `${subject}: freshness`
  checkOptions(option, freshness, ['objective', 'target'])
  const { objective, target = TARGET } = freshness as { readonly [N in 'objective' | 'target']?: unknown }
  if (typeof target !== 'number' || !(target > 0 && target < 1))
    mistake(`${option}: target is a share of decisions, above 0 and below 1, such as 0.999; got ${show(target)}`)
  return { freshness: { objective: durationOf(`${option}: objective`, objective), target } }
}
