import { definitionOf } from '../base/index.ts'
import {
  type ExprIR,
  type GroupIR,
  type LabelIR,
  type ModelIR,
  type PipelineIR,
  type SourceIR,
  expressionLeaves,
  type LeafIR,
} from '../define/ir/index.ts'
import { identityColumns } from '../kernel/index.ts'

/** A group as one model reads it, with the trigger's columns that give its key. */
export interface GroupRead {
  /** Only the features that the model refers to: others cost it nothing, and reject it nothing. */
  readonly group: GroupIR
  readonly key: readonly string[]
}

/** Every (group, key) that a model's inputs and score refer to, once, in order of first use. */
export function groupReads(pipeline: PipelineIR, model: ModelIR): GroupRead[] {
  const reads = new Map<string, { readonly leaf: Extract<LeafIR, { op: 'feature' }>; readonly names: Set<string> }>()
  for (const leaf of expressionsOf(model).flatMap(expressionLeaves)) {
    if (leaf.op !== 'feature') continue
    const read = reads.get(readId(leaf)) ?? { leaf, names: new Set() }
    reads.set(readId(leaf), read)
    read.names.add(leaf.name)
  }
  return [...reads.values()].map(({ leaf, names }) => {
    const group = definitionOf(pipeline.groups, leaf.group)
    return { group: { ...group, features: group.features.filter(({ name }) => names.has(name)) }, key: leaf.key }
  })
}

/** The id of a (group, key) within a model. */
export const readId = ({ group, key }: { readonly group: string; readonly key: readonly string[] }): string => `${group}(${key.join(',')})`

/** The sources that no decision depends on: only labels use them. */
export function labelOnlySources({ sources, groups, models }: PipelineIR): Set<string> {
  const deciding = models.flatMap(({ decide }) => (decide.kind === 'on' ? decide.source : []))
  const needed = new Set([...deciding, ...groups.map(({ source }) => source)])
  return new Set(sources.map(({ name }) => name).filter(name => !needed.has(name)))
}

/** The columns of each source that a replay needs: those that features, models and labels read, and those that identify an event. */
export function columnsNeeded(pipeline: PipelineIR): Map<string, Set<string>> {
  const needed = columnsRead(pipeline)
  for (const { label, decide } of pipeline.models) {
    if (!label) continue
    for (const column of labelColumns(label)) needed.get(label.source)!.add(column)
    if (label.kind === 'happens' && label.per !== undefined && decide.kind === 'on') needed.get(decide.source)!.add(label.per)
  }
  for (const { name, key, id } of pipeline.sources) for (const column of id ? [key, id] : [key]) needed.get(name)!.add(column)
  return needed
}

/** The columns of each source that features, their keys and models read, and those that decide which events count. */
export function columnsRead(pipeline: Pick<PipelineIR, 'sources' | 'groups' | 'models'>): Map<string, Set<string>> {
  const needed = new Map(pipeline.sources.map(source => [source.name, new Set(countingColumns(source))]))
  for (const { source, key, features } of pipeline.groups) {
    const columns = needed.get(source)!
    for (const name of key) columns.add(name)
    for (const { input, where } of features)
      for (const expr of [input, where])
        if (expr) for (const leaf of expressionLeaves(expr)) if (leaf.op === 'column') columns.add(leaf.name)
  }
  for (const model of pipeline.models) {
    // Columns of a tick or a request belong to no source.
    const columns = model.decide.kind === 'on' ? needed.get(model.decide.source)! : new Set<string>()
    for (const expr of expressionsOf(model)) {
      for (const leaf of expressionLeaves(expr)) {
        if (leaf.op === 'feature') for (const name of leaf.key) columns.add(name)
        else columns.add(leaf.name)
      }
    }
  }
  return needed
}

/** Columns of the source of a label that the label reads. */
export function labelColumns(label: LabelIR): string[] {
  const [join, condition] =
    label.kind === 'from' ? [label.join, label.value] : [label.key, label.kind === 'begins' ? label.condition : label.where]
  return [join, ...(condition ? expressionLeaves(condition).map(({ name }) => name) : [])]
}

/** The columns that decide which event a revision supersedes, and which event is deleted. */
const countingColumns = (source: SourceIR): string[] => [
  ...identityColumns(source),
  ...(source.deleted === undefined ? [] : [source.deleted]),
]

/** The expressions of a model over its trigger and features: its inputs, and the conditions of its rules. */
export const expressionsOf = (model: ModelIR): ExprIR[] => [
  ...model.inputs.map(input => input.expr),
  ...(model.score.kind === 'rules' ? model.score.rules.map(rule => rule.when) : []),
]
