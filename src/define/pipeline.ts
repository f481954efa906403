/**
 * A pipeline: actions and models, and all that they refer to, as one IR.
 *
 * Invariant: names are unique within their kind; sources and groups stand in the order in which they were made; the IR is frozen, and equal
 * to itself after a trip through JSON.
 */
import { didYouMean } from '../base/did-you-mean.ts'
import { show, withArticle } from '../base/show.ts'
import { ActionValue, type EffectFunction } from './action/action.ts'
import { callerPlace } from './mistake/caller.ts'
import { GroupValue } from './feature/features.ts'
import { fingerprintOf } from './ir/fingerprint.ts'
import { IR_VERSION, type ActionIR, type GroupIR, type ModelIR, type PipelineIR, type ReportIR, type WorthIR } from './ir/ir.ts'
import { mistake } from './mistake/mistake.ts'
import { checkName } from './mistake/names.ts'
import type { OnnxFile } from './model/onnx-file.ts'
import { ModelValue } from './model/model.ts'
import { ReportValue } from './report/report.ts'
import type { ScoreFunction } from './model/score.ts'
import type { MapFunction, SourceValue } from './source/source.ts'
import { WorthValue } from './value/worth.ts'
import { worthsOf, type PipelineWorth } from './value/worths.ts'

export interface Pipeline {
  readonly name: string
  readonly ir: PipelineIR
  /** SHA-256 of what the IR means, hex. */
  readonly fingerprint: string
  /** The `map` of each source that has one, by the source's name. */
  readonly maps: ReadonlyMap<string, MapFunction>
  /** The user's own score function of each model that has one, or its file of ONNX, by the model's name. */
  readonly scores: ReadonlyMap<string, ScoreFunction | OnnxFile>
  /** The user's own function of each action that has one, by the action's name. */
  readonly effects: ReadonlyMap<string, EffectFunction>
  /** Where each feature group was defined, `FILE:LINE`, by the group's name: where its placement can be changed. */
  readonly places: ReadonlyMap<string, string>
  /** What the decisions of each model that says so are worth, by the model's name. No part of the IR. */
  readonly worths: ReadonlyMap<string, PipelineWorth>
}

/** Anything that a pipeline is made of: an action, a report, a model, a feature group, or what a model is worth. What it refers to comes with it, but no model with its worth. */
export interface Part {
  readonly name: string
  readonly ir: ActionIR | ReportIR | ModelIR | GroupIR | WorthIR
}

export function pipeline(name: string, parts: readonly Part[]): Pipeline {
  checkName('pipeline', name)
  const list: unknown = parts
  if (!Array.isArray(list) || list.length === 0) mistake(`pipeline '${name}' needs a list of actions, reports or models, got ${show(list)}`)
  const stray = list.find(part => !isPart(part))
  if (stray !== undefined || list.includes(undefined))
    mistake(`pipeline '${name}' is made of actions, reports, models, feature groups and worths, got ${show(stray)}`)
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
  const triggering = models.flatMap(({ trigger }) => trigger.source ?? [])
  const labelling = models.flatMap(({ label }) => label?.source ?? [])
  const sources = unique('source', [...triggering, ...groups.map(group => group.source), ...labelling]).sort(byOrder)
  checkEntities(sources, models)
  checkCensoring(models, actions)
  const worths = worthsOf(
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

/** Each value once; two values of one name are a mistake, placed at the second. */
function unique<T extends { readonly name: string; readonly place: string | undefined }>(kind: string, values: readonly T[]): T[] {
  const named = new Map<string, T>()
  for (const value of values) {
    const name = value.name.toLowerCase()
    const first = named.get(name)
    if (first !== undefined && first !== value)
      mistake(
        `${kind} '${value.name}' has the name of another${first.place ? `, at ${first.place}` : ''}; rename one`,
        value.place ?? callerPlace(),
      )
    named.set(name, value)
  }
  return [...named.values()]
}

/** What a label says that hides its outcomes are actions of its model that answer: what is sent elsewhere stops nothing. */
function checkCensoring(models: readonly ModelValue[], actions: readonly ActionValue[]): void {
  for (const { name: model, ir, label } of models) {
    if (ir.label?.kind !== 'from') continue
    for (const name of ir.label.censoredBy ?? []) {
      const what = `model '${model}': its label is censoredBy '${name}', which`
      const own = actions.filter(action => action.model.name === model && action.ir.do.kind === 'answer').map(action => action.name)
      const found = actions.find(action => action.name === name)
      if (own.includes(name)) continue
      if (!found) mistake(`${what} is no action of this pipeline${didYouMean(name, own)}`, label?.place)
      mistake(
        found.model.name === model
          ? `${what} answers nobody; only do: answer({ … }) hides what would have come`
          : `${what} is of model '${found.model.name}'`,
        label?.place,
      )
    }
  }
}

/** An entity has one type wherever it is a column: its ids are compared across sources. */
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
