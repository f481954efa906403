/**
 * A pipeline: actions, reports and models with all that they refer to, as one IR.
 *
 * Invariant: names are unique within their kind; sources and groups are in order of definition; the IR is frozen and survives a
 * trip through JSON unchanged.
 */
import { didYouMean, show, withArticle } from '../base/index.ts'
import { ActionValue, type EffectFunction } from './action/action.ts'
import type { OpenDestination } from './action/destination.ts'
import { callerPlace } from './mistake/caller.ts'
import { GroupValue } from './feature/features.ts'
import { fingerprintOf } from './ir/fingerprint.ts'
import { IR_VERSION, type ActionIR, type GroupIR, type ModelIR, type PipelineIR, type ReportIR, type WorthIR } from './ir/ir.ts'
import { mistake } from './mistake/mistake.ts'
import { checkName } from './mistake/names.ts'
import type { OnnxFile } from './model/onnx-file.ts'
import { ModelValue } from './model/model.ts'
import type { RuntimeScore } from './model/model-runtime.ts'
import { ReportValue } from './report/report.ts'
import type { ScoreFunction } from './model/score.ts'
import type { MapFunction, SourceValue } from './source/source.ts'
import { WorthValue } from './value/worth.ts'
import { pipelineWorths, type PipelineWorth } from './value/worths.ts'

/** A pipeline, made by `pipeline`: what `spillway run FILE` finds in a file. */
export interface Pipeline {
  readonly name: string
  /** The pipeline as plain, versioned JSON. */
  readonly ir: PipelineIR
  /** SHA-256 of the IR without owners and descriptions, hex. */
  readonly fingerprint: string
  /** `map` of each source that has one, by the source's name. */
  readonly maps: ReadonlyMap<string, MapFunction>
  /** Score function, ONNX file or own runtime of each model that has one, by the model's name. */
  readonly scores: ReadonlyMap<string, ScoreFunction | OnnxFile | RuntimeScore>
  /** Function of each action that has one, by the action's name. */
  readonly effects: ReadonlyMap<string, EffectFunction>
  /** Opens the destination of each action that has its own (`destination`), by the action's name. */
  readonly destinations: ReadonlyMap<string, OpenDestination>
  /** Place where each feature group was defined, `FILE:LINE`, by the group's name: there its placement can be changed. */
  readonly places: ReadonlyMap<string, string>
  /** Value function of each model that has one (`worth`), by the model's name. No part of the IR. */
  readonly worths: ReadonlyMap<string, PipelineWorth>
}

/**
 * A part of a pipeline: an action, a report, a model, a feature group, or a value function (`worth`).
 *
 * Parts bring what they refer to. A value function does not bring its model.
 */
export interface PipelinePart {
  readonly name: string
  readonly ir: ActionIR | ReportIR | ModelIR | GroupIR | WorthIR
}

/**
 * Makes a pipeline of actions, reports, models, feature groups and value functions.
 *
 * Parts bring what they refer to: an action its model, a model its feature groups and sources. Export the pipeline from a file
 * for `spillway run`, `replay` and `audit`.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for two parts of one kind and name, an entity with two types, or a value function
 * without its model.
 * @example
 * export default pipeline('fraud', [
 *   action('review', { when: fraud.score.gte(0.9), do: stdout() }),
 *   worth(fraud, money({ saves: 'amount', wrong: 2 })),
 * ])
 */
export function pipeline(name: string, parts: readonly PipelinePart[]): Pipeline {
  checkName('pipeline', name)
  const list: unknown = parts
  if (!Array.isArray(list) || list.length === 0) mistake(`pipeline '${name}' needs a list of actions, reports or models, got ${show(list)}`)
  const foreign = list.find(part => !isPart(part))
  if (foreign !== undefined || list.includes(undefined))
    mistake(`pipeline '${name}' is made of actions, reports, models, feature groups and worths, got ${show(foreign)}`)
  const actions = unique(
    'action',
    list.filter(part => part instanceof ActionValue),
  )
  const reports = unique(
    'report',
    list.filter(part => part instanceof ReportValue),
  )
  const models = unique('model', list.flatMap(modelsOf))
  const groups = unique('features', [
    ...list.filter(part => part instanceof GroupValue),
    ...reports.flatMap(report => report.groups),
    ...models.flatMap(model => model.groups),
  ]).sort(byOrder)
  const triggerSources = models.flatMap(({ trigger }) => trigger.source ?? [])
  const labelSources = models.flatMap(({ label }) => label?.source ?? [])
  const sources = unique('source', [...triggerSources, ...groups.map(group => group.source), ...labelSources]).sort(byOrder)
  checkEntities(sources, models)
  checkCensoring(models, actions)
  const worths = pipelineWorths(
    list.filter(part => part instanceof WorthValue),
    { pipeline: name, models, actions: actions.map(action => action.ir) },
  )
  const ir = deepFreeze<PipelineIR>({
    version: IR_VERSION,
    name,
    sources: sources.map(source => source.ir),
    groups: groups.map(group => group.ir),
    models: models.map(model => model.ir),
    ...(actions.length > 0 && { actions: actions.map(action => action.ir) }),
    ...(reports.length > 0 && { reports: reports.map(report => report.ir) }),
  })
  return Object.freeze({
    name,
    ir,
    fingerprint: fingerprintOf(ir),
    maps: new Map(sources.flatMap(({ name: source, map }) => (map ? [[source, map]] : []))),
    scores: new Map(models.flatMap(({ name: model, compute }) => (compute ? [[model, compute]] : []))),
    effects: new Map(actions.flatMap(({ name: action, run }) => (run ? [[action, run]] : []))),
    destinations: new Map(actions.flatMap(({ name: action, open }) => (open ? [[action, open]] : []))),
    places: new Map(groups.flatMap(({ name: group, place }) => (place === undefined ? [] : [[group, place]]))),
    worths,
  })
}

const partKinds = [ActionValue, ReportValue, ModelValue, GroupValue, WorthValue]
const isPart = (part: unknown): boolean => partKinds.some(kind => part instanceof kind)

function modelsOf(part: unknown): readonly ModelValue[] {
  if (part instanceof ModelValue) return [part]
  const model = part instanceof ActionValue || part instanceof ReportValue ? part.model : undefined
  return model ? [model] : []
}

/** Each value once. Two values of one name are a mistake at the second. */
function unique<T extends { readonly name: string; readonly place: string | undefined }>(kind: string, values: readonly T[]): T[] {
  const byName = new Map<string, T>()
  for (const value of values) {
    const name = value.name.toLowerCase()
    const first = byName.get(name)
    if (first !== undefined && first !== value)
      mistake(
        `${kind} '${value.name}' has the name of another${first.place ? `, at ${first.place}` : ''}; rename one`,
        value.place ?? callerPlace(),
      )
    byName.set(name, value)
  }
  return [...byName.values()]
}

/** Checks `censoredBy` of labels: only actions of the same model that answer stop an outcome. */
function checkCensoring(models: readonly ModelValue[], actions: readonly ActionValue[]): void {
  for (const { name: model, ir, label } of models) {
    if (ir.label?.kind !== 'from') continue
    for (const name of ir.label.censoredBy ?? []) {
      const subject = `model '${model}': its label is censoredBy '${name}', which`
      const own = actions.filter(action => action.model.name === model && action.ir.do.kind === 'answer').map(action => action.name)
      const match = actions.find(action => action.name === name)
      if (own.includes(name)) continue
      if (!match) mistake(`${subject} is no action of this pipeline${didYouMean(name, own)}`, label?.place)
      mistake(
        match.model.name === model
          ? `${subject} does not answer; only an action with do: answer({ … }) stops outcomes`
          : `${subject} is of model '${match.model.name}'`,
        label?.place,
      )
    }
  }
}

/** Checks that an entity has one type in all columns: its ids are compared across sources. */
function checkEntities(sources: readonly SourceValue[], models: readonly ModelValue[]): void {
  const types = new Map<string, { type: string; where: string }>()
  const holders = [
    ...sources.map(({ name, ir, place }) => ({ where: `source '${name}'`, columns: ir.columns, place })),
    ...models.map(({ name, trigger, place }) => ({ where: `the trigger of model '${name}'`, columns: trigger.columns, place })),
  ]
  for (const { where, columns, place } of holders) {
    for (const { entity, type } of columns) {
      if (entity === undefined) continue
      const first = types.get(entity)
      if (first && first.type !== type)
        mistake(`entity '${entity}' is ${withArticle(type)} in ${where} and ${withArticle(first.type)} in ${first.where}`, place)
      types.set(entity, { type, where })
    }
  }
}

const byOrder = (a: { order: number }, b: { order: number }): number => a.order - b.order

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') for (const field of Object.values(Object.freeze(value))) deepFreeze(field)
  return value
}
