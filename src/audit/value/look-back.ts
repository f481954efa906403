/** How far back what decides the worth of a decision may lie. */
import type { ModelIR, PipelineIR, UtilityIR } from '../../define/ir/ir.ts'
import { actingOf } from './threshold.ts'

/**
 * How long before judged decisions others matter to what they are worth, ms: an action stops its key for a while; one that follows a cooldown may hang on all before it. 0 where each decision stands for itself.
 */
export function lookBackOf(ir: Pick<PipelineIR, 'actions'>, { name }: Pick<ModelIR, 'name'>, utility: UtilityIR): number {
  if ((actingOf(ir, name)?.cooldown ?? 0) > 0) return Infinity
  return utility.kind === 'money' ? (utility.blocks ?? 0) : 0
}
