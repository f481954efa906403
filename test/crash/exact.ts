/** Which inputs of a model are the same to the last bit, however they are computed (semantics §6). */
import { aggregates } from '../../src/aggregate/index.ts'
import type { ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'

export function isExact({ groups }: PipelineIR, { expr }: ModelIR['inputs'][number]): boolean {
  if (expr.op !== 'feature') return true
  const feature = groups.find(({ name }) => name === expr.group)!.features.find(({ name }) => name === expr.name)!
  return aggregates[feature.agg].exactness(feature.input) === 'exact'
}

/**
 * The names of inputs that another run over the same log may give otherwise, by a rounding: sums of doubles, where a read changes how they are added up. That is
 * so where a key was revised, whose sums a read makes again, and where ticks or requests move windows on; who takes the log again to catch up does not read. And a
 * group that is placed hybrid adds up what its last run has and what came since.
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

/** A decision, or what follows from it, as text, without the numbers of these inputs: whether they are there is compared. */
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
