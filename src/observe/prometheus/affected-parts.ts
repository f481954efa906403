/** The parts of a pipeline that depend on a source, a feature group or a model, as text for alerts. */
import { groupReads } from '../../decision/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'

/** Names of what is affected. */
export interface Affected {
  readonly groups: readonly string[]
  readonly models: readonly string[]
  readonly actions: readonly string[]
}

/** Names of the parts that depend on these groups, or are decided on this source. */
export function partsAffectedBy(
  ir: PipelineIR,
  { source, groups = [] }: { readonly source?: string; readonly groups?: readonly string[] },
): Affected {
  const ofSource = ir.groups.filter(group => group.source === source).map(({ name }) => name)
  const affected = new Set([...groups, ...ofSource])
  const models = ir.models.filter(
    model =>
      (model.decide.kind === 'on' && model.decide.source === source) || groupReads(ir, model).some(({ group }) => affected.has(group.name)),
  )
  return {
    groups: ofSource,
    ...affectedByModels(
      ir,
      models.map(({ name }) => name),
    ),
  }
}

/** The models, and the actions that follow from them. */
export const affectedByModels = (ir: PipelineIR, models: readonly string[]): Pick<Affected, 'models' | 'actions'> => ({
  models,
  actions: (ir.actions ?? []).filter(({ model }) => models.includes(model)).map(({ name }) => name),
})

/** `Affects models fraud, check; actions alert.` */
export function dependentsText({ groups = [], models, actions }: Partial<Affected>): string {
  const parts = [
    ['feature groups', groups],
    ['models', models ?? []],
    ['actions', actions ?? []],
  ] as const
  const named = parts.flatMap(([kind, names]) => (names.length === 0 ? [] : [`${kind} ${names.join(', ')}`]))
  return named.length === 0 ? 'Nothing in the pipeline reads it.' : `Affects ${named.join('; ')}.`
}
