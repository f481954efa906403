/** The look-back of a value function: the time for which an earlier decision can affect the value of a later one. */
import type { ModelIR, PipelineIR, UtilityIR } from '../../define/ir/index.ts'
import { alertRuleOf } from './threshold.ts'

/**
 * The look-back in ms: a block lasts for its duration, and a cooldown depends on all earlier actions (Infinity). 0 where decisions are
 * independent.
 */
export function lookBackOf(ir: Pick<PipelineIR, 'actions'>, { name }: Pick<ModelIR, 'name'>, utility: UtilityIR): number {
  if ((alertRuleOf(ir, name)?.cooldown ?? 0) > 0) return Infinity
  return utility.kind === 'money' ? (utility.blocks ?? 0) : 0
}
