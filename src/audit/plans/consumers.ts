/** Who reads a feature group, and how often: what its freshness is for. */
import type { GroupIR, ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { leavesOf, groupReads } from '../../decision/reads.ts'
import { periodOf } from '../experiment/timeline/placement-age.ts'

export interface Consumer {
  /** `model 'fraud'`, `report 'mornings'`, `the training of model 'risk'`. */
  readonly name: string
  /** How far apart its reads are, ms: 0 of what may read at any time. */
  readonly period: number
}

/** The groups that decisions of a model depend on, in order of definition. */
export function groupsReadBy(ir: PipelineIR, model: ModelIR): GroupIR[] {
  const read = new Set(groupReads(ir, model).map(({ group }) => group.name))
  return ir.groups.filter(({ name }) => read.has(name))
}

/**
 * Everything of the pipeline that reads the group. `unscored` are models without a score and without a version that scores: their decisions are made for training alone, unless something
 * follows from them.
 */
export function consumersOf(ir: PipelineIR, group: string, unscored: ReadonlySet<string> = neverScored(ir)): Consumer[] {
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
      train?.every ? [{ name: `the training of model '${name}'`, period: periodOf(train.every) }] : [],
    ),
    ...reports.map(({ name, at }) => ({ name: `report '${name}'`, period: periodOf(at) })),
  ]
}

/** Models whose score is NULL until somebody promotes a version by hand, and from which no action follows. */
export function neverScored({ models, actions = [] }: PipelineIR): Set<string> {
  const idle = models.filter(
    ({ name, score, train }) => score.kind === 'none' && train?.promote.kind === 'hand' && !actions.some(({ model }) => model === name),
  )
  return new Set(idle.map(({ name }) => name))
}

const readsGroup = (expr: Parameters<typeof leavesOf>[0], group: string): boolean =>
  leavesOf(expr).some(leaf => leaf.op === 'feature' && leaf.group === group)
