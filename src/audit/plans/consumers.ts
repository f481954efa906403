/** Consumers of a feature group and how often they read it, which determines the freshness that it needs. */
import { type GroupIR, type ModelIR, type PipelineIR, expressionLeaves } from '../../define/ir/index.ts'
import { groupReads } from '../../decision/index.ts'
import { schedulePeriod } from '../experiment/timeline/placement-age.ts'

/** A reader of a feature group. */
export interface GroupConsumer {
  /** Name in texts: `model 'fraud'`, `report 'mornings'`, `the training of model 'risk'`. */
  readonly name: string
  /** Time between reads, ms; 0 for a reader that may read at any time. */
  readonly period: number
}

/** The feature groups that decisions of a model read, in order of definition. */
export function groupsReadBy(ir: PipelineIR, model: ModelIR): GroupIR[] {
  const read = new Set(groupReads(ir, model).map(({ group }) => group.name))
  return ir.groups.filter(({ name }) => read.has(name))
}

/**
 * All consumers of a group in the pipeline. `unscored` models have no score and no scoring version, so only training uses their decisions,
 * unless they trigger an action.
 */
export function consumersOf(ir: PipelineIR, group: string, unscored: ReadonlySet<string> = unscoredModels(ir)): GroupConsumer[] {
  const models = ir.models.filter(model => groupsReadBy(ir, model).some(({ name }) => name === group))
  const names = new Set(models.map(({ name }) => name))
  const reports = (ir.reports ?? []).filter(({ of }) =>
    of.kind === 'model' ? names.has(of.model) : of.inputs.some(({ expr }) => readsGroup(expr, group)),
  )
  return [
    ...models
      .filter(({ name }) => !unscored.has(name))
      .map(({ name, decide }) => ({ name: `model '${name}'`, period: decide.kind === 'every' ? decide.every : 0 })),
    ...models.flatMap(({ name, train }) =>
      train?.every ? [{ name: `the training of model '${name}'`, period: schedulePeriod(train.every) }] : [],
    ),
    ...reports.map(({ name, at }) => ({ name: `report '${name}'`, period: schedulePeriod(at) })),
  ]
}

/** Models whose score is NULL until somebody promotes a version by hand, and which trigger no action. */
export function unscoredModels({ models, actions = [] }: PipelineIR): Set<string> {
  const unscored = models.filter(
    ({ name, score, train }) => score.kind === 'none' && train?.promote.kind === 'hand' && !actions.some(({ model }) => model === name),
  )
  return new Set(unscored.map(({ name }) => name))
}

const readsGroup = (expr: Parameters<typeof expressionLeaves>[0], group: string): boolean =>
  expressionLeaves(expr).some(leaf => leaf.op === 'feature' && leaf.group === group)
