/** Description of a pipeline for people: each definition by name, with its expressions, schedules and placements as text. */
import { definitionOf, limits } from '../base/index.ts'
import { reportModel } from '../decision/index.ts'
import {
  type ActionIR,
  type ColumnIR,
  describePlacement,
  expressionLeaves,
  exprText,
  featureText,
  type GroupIR,
  type InputIR,
  type ModelIR,
  type PipelineIR,
  type ReportIR,
  scheduleText,
  type SourceIR,
  triggerText,
} from '../define/ir/index.ts'

/** A column, a feature or an input with its definition as text. */
interface DescribedValue {
  readonly name: string
  readonly type: string
  readonly definition?: string
}

/** The owner and the explanation of a definition, where it has them. */
interface DescribedNotes {
  readonly owner?: string
  readonly description?: string
}

interface DescribedSource {
  readonly name: string
  readonly key: string
  readonly time: string
  readonly id?: string
  readonly columns: readonly DescribedValue[]
  /** Durations, ms. */
  readonly allowedLateness: number
  readonly dedupe: number
}

interface DescribedGroup extends DescribedNotes {
  readonly name: string
  readonly source: string
  readonly key: readonly string[]
  readonly entity: readonly string[]
  readonly placement: { readonly kind: string; readonly text: string }
  readonly features: readonly DescribedValue[]
}

interface DescribedModel extends DescribedNotes {
  readonly name: string
  readonly trigger: string
  /** The source of its trigger, unless it decides at ticks or on request. */
  readonly source?: string
  /** Columns of a request, for a model that decides on request. */
  readonly request?: readonly DescribedValue[]
  readonly groups: readonly string[]
  readonly inputs: readonly DescribedValue[]
  readonly score: string
  readonly isTrained: boolean
}

interface DescribedAction extends DescribedNotes {
  readonly name: string
  readonly model: string
  readonly when: string
  readonly effect: string
  /** Attempts after which an effect is dead; absent for answers, which are not sent. */
  readonly attempts?: number
  /** Milliseconds. */
  readonly deadline?: number
}

interface DescribedReport extends DescribedNotes {
  readonly name: string
  /** The model whose score it has, if it has one. */
  readonly model?: string
  readonly groups: readonly string[]
  readonly schedule: string
}

/** A pipeline for people. */
interface PipelineDescription {
  readonly name: string
  readonly sources: readonly DescribedSource[]
  readonly groups: readonly DescribedGroup[]
  readonly models: readonly DescribedModel[]
  readonly actions: readonly DescribedAction[]
  readonly reports: readonly DescribedReport[]
}

/** Describes a pipeline, in order of definition. */
export const describePipeline = (ir: PipelineIR): PipelineDescription => ({
  name: ir.name,
  sources: ir.sources.map(describeSource),
  groups: ir.groups.map(group => describeGroup(group, definitionOf(ir.sources, group.source))),
  models: ir.models.map(describeModel),
  actions: (ir.actions ?? []).map(describeAction),
  reports: (ir.reports ?? []).map(report => describeReport(ir, report)),
})

function describeSource({ name, key, time, id, columns, personal, allowedLateness, dedupe }: SourceIR): DescribedSource {
  const described = columns.map(column => describeColumn(column, personal))
  return { name, key, time, ...(id !== undefined && { id }), columns: described, allowedLateness, dedupe }
}

const typeText = ({ type, scale }: Pick<ColumnIR, 'type' | 'scale'>): string => (scale === undefined ? type : `${type}(${scale})`)

function describeColumn({ nullable, values, entity, ...column }: ColumnIR, personal: readonly string[] = []): DescribedValue {
  const notes = [
    ...(entity === undefined ? [] : [`identifies a ${entity}`]),
    ...(values ? [`one of ${values.join(', ')}`] : []),
    ...(nullable ? ['may be null'] : []),
    ...(personal.includes(column.name) ? ['personal'] : []),
  ]
  return { name: column.name, type: typeText(column), ...(notes.length > 0 && { definition: notes.join('; ') }) }
}

function describeGroup({ name, source, key, entity, place, features, ...notes }: GroupIR, { time }: SourceIR): DescribedGroup {
  return {
    name,
    source,
    key,
    entity,
    placement: { kind: place.kind, text: describePlacement(place) },
    features: features.map(feature => ({ name: feature.name, type: typeText(feature), definition: `${featureText(feature)}, by ${time}` })),
    ...notesOf(notes),
  }
}

function describeModel({ name, decide, inputs, score, train, ...notes }: ModelIR): DescribedModel {
  return {
    name,
    trigger: triggerText(decide),
    ...(decide.kind === 'on' && { source: decide.source }),
    ...(decide.kind === 'request' && { request: decide.columns.map(column => describeColumn(column, decide.personal)) }),
    groups: groupsIn(inputs),
    inputs: inputs.map(({ name: input, expr }) => ({ name: input, type: typeText(expr), definition: exprText(expr) })),
    score: score.kind,
    isTrained: train !== undefined,
    ...notesOf(notes),
  }
}

/** The groups that inputs read, each once. */
const groupsIn = (inputs: readonly InputIR[]): string[] => [
  ...new Set(inputs.flatMap(({ expr }) => expressionLeaves(expr)).flatMap(leaf => (leaf.op === 'feature' ? [leaf.group] : []))),
]

function describeAction({ name, model, when, deadline, do: effect, ...notes }: ActionIR): DescribedAction {
  const attempts = ('attempts' in effect ? effect.attempts : undefined) ?? limits.ACTION_ATTEMPTS
  const sent = effect.kind !== 'answer' && { attempts }
  return { name, model, when: exprText(when), effect: effect.kind, ...sent, ...(deadline !== undefined && { deadline }), ...notesOf(notes) }
}

function describeReport(ir: PipelineIR, report: ReportIR): DescribedReport {
  const { name, of, at, ...notes } = report
  return {
    name,
    ...(of.kind === 'model' && { model: of.model }),
    groups: groupsIn(reportModel(ir, report).inputs),
    schedule: scheduleText(at),
    ...notesOf(notes),
  }
}

const notesOf = ({ owner, description }: DescribedNotes): DescribedNotes => ({
  ...(owner !== undefined && { owner }),
  ...(description !== undefined && { description }),
})
