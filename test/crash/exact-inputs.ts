/** Inputs of a model that are equal to the last bit, however they are computed (semantics, arithmetic). */
import { aggregateOf } from '../../src/aggregate/aggregate-of.ts'
import type { ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'

export function isExact({ groups }: PipelineIR, { expr }: ModelIR['inputs'][number]): boolean {
  if (expr.op !== 'feature') return true
  const feature = groups.find(({ name }) => name === expr.group)!.features.find(({ name }) => name === expr.name)!
  return aggregateOf(feature).exactness === 'exact'
}

/**
 * Inputs that may differ by rounding in another run over the same log: sums of doubles that depend on the times of reads. This is the case
 * for revised keys, whose sums a read computes again, and if ticks or requests move windows; a run that catches up does not read. And a
 * hybrid group adds the sums of its last batch run and of the events since.
 */
export function unsteady(ir: PipelineIR, model: string): string[] {
  const { inputs } = ir.models.find(({ name }) => name === model)!
  const isReadBetween = ir.models.some(({ decide }) => decide.kind !== 'on')
  const isHybrid = (group: string): boolean => ir.groups.find(({ name }) => name === group)!.place.kind === 'hybrid'
  const isRevisable = (group: string): boolean => {
    const { source } = ir.groups.find(({ name }) => name === group)!
    return ir.sources.find(({ name }) => name === source)!.identity !== undefined
  }
  return inputs
    .filter(
      input =>
        !isExact(ir, input) &&
        input.expr.op === 'feature' &&
        (isReadBetween || isRevisable(input.expr.group) || isHybrid(input.expr.group)),
    )
    .map(({ name }) => name)
}

/** A decision or its effect as text, without the numbers of these inputs, but with their presence. */
export function steadyText(decision: { readonly vector: unknown }, names: readonly string[]): string {
  if (names.length === 0) return JSON.stringify(decision)
  const vector = structuredClone(decision.vector) as Record<string, unknown>
  for (const name of names) {
    const [group, feature] = name.split('.') as [string, string]
    const features = vector[group] as Record<string, unknown>
    features[feature] = typeof features[feature] === 'number' ? 'a number' : features[feature]
  }
  return JSON.stringify({ ...decision, vector })
}
