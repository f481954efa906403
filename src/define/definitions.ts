/**
 * The definitions of a pipeline: its parts with all models, feature groups and sources that they refer to, checked against each
 * other.
 *
 * Invariant: names are unique within their kind, without regard to case, since SQL engines do not tell cases apart; sources and
 * groups are in order of definition.
 */
import { didYouMean, show } from '../base/index.ts'
import { ActionValue } from './action/action.ts'
import { GroupValue } from './feature/features.ts'
import { callerLocation, mistake, withArticle } from './mistake/mistake.ts'
import { ModelValue } from './model/model.ts'
import { ReportValue } from './report/report.ts'
import type { SourceValue } from './source/source.ts'
import { WorthValue } from './value/worth.ts'

/** Definitions of a pipeline at run time, each once. */
export interface Definitions {
  readonly sources: readonly SourceValue[]
  readonly groups: readonly GroupValue[]
  readonly models: readonly ModelValue[]
  readonly actions: readonly ActionValue[]
  readonly reports: readonly ReportValue[]
  readonly worths: readonly WorthValue[]
}

type Part = ActionValue | ReportValue | ModelValue | GroupValue | WorthValue

const partKinds = [ActionValue, ReportValue, ModelValue, GroupValue, WorthValue] as const
const PART_NAMES = 'actions, reports, models, feature groups and value functions'

/** Checks the parts and collects their definitions. Throws `SPILL_DEFINITION`. */
export function collectDefinitions(pipeline: string, parts: unknown): Definitions {
  const definitions = collect(checkParts(pipeline, parts))
  checkEntities(definitions)
  checkCensoring(definitions)
  checkReportFiles(definitions)
  return definitions
}

function checkParts(pipeline: string, parts: unknown): readonly Part[] {
  const subject = `pipeline '${pipeline}' needs a list of ${PART_NAMES}`
  if (!Array.isArray(parts) || parts.length === 0) return mistake(`${subject}, got ${show(parts)}`)
  const index = parts.findIndex(part => !partKinds.some(kind => part instanceof kind))
  if (index >= 0) mistake(`${subject}, got ${show(parts[index])} at index ${index}`)
  return parts
}

function collect(parts: readonly Part[]): Definitions {
  const actions = unique(
    'action',
    parts.filter(part => part instanceof ActionValue),
  )
  const reports = unique(
    'report',
    parts.filter(part => part instanceof ReportValue),
  )
  const models = unique('model', parts.flatMap(modelsOf))
  const groups = unique('features', [
    ...parts.filter(part => part instanceof GroupValue),
    ...reports.flatMap(report => report.groups),
    ...models.flatMap(model => model.groups),
  ]).sort(byOrder)
  const sources = unique('source', [
    ...models.flatMap(({ trigger }) => trigger.source ?? []),
    ...groups.map(group => group.source),
    ...models.flatMap(({ label }) => label?.source ?? []),
  ]).sort(byOrder)
  return { sources, groups, models, actions, reports, worths: parts.filter(part => part instanceof WorthValue) }
}

function modelsOf(part: Part): readonly ModelValue[] {
  if (part instanceof ModelValue) return [part]
  const model = part instanceof ActionValue || part instanceof ReportValue ? part.model : undefined
  return model ? [model] : []
}

/** Each definition once. Two definitions whose names differ in case at most are a mistake at the second. */
function unique<T extends { readonly name: string; readonly definedAt: string | undefined }>(kind: string, values: readonly T[]): T[] {
  const byName = new Map<string, T>()
  for (const value of values) {
    const name = value.name.toLowerCase()
    const first = byName.get(name)
    if (first !== undefined && first !== value)
      mistake(
        `${kind} '${value.name}' has the name of another${first.definedAt ? `, at ${first.definedAt}` : ''}; rename one`,
        value.definedAt ?? callerLocation(),
      )
    byName.set(name, value)
  }
  return [...byName.values()]
}

/** Checks `censoredBy` of labels: only actions of the same model that answer stop an outcome. */
function checkCensoring({ models, actions }: Definitions): void {
  for (const { name: model, ir, label } of models) {
    if (ir.label?.kind !== 'from') continue
    for (const name of ir.label.censoredBy ?? []) {
      const subject = `model '${model}': its label is censoredBy '${name}', which`
      const own = actions.filter(action => action.model.name === model && action.ir.do.kind === 'answer').map(action => action.name)
      const match = actions.find(action => action.name === name)
      if (own.includes(name)) continue
      if (!match) mistake(`${subject} is no action of this pipeline${didYouMean(name, own)}`, label?.definedAt)
      mistake(
        match.model.name === model
          ? `${subject} does not answer; only an action with do: answer({ … }) stops outcomes`
          : `${subject} is of model '${match.model.name}'`,
        label?.definedAt,
      )
    }
  }
}

/** Checks that no report replaces the file of another. */
function checkReportFiles({ reports }: Definitions): void {
  const byFile = new Map<string, string>()
  for (const { name, ir, definedAt } of reports) {
    if (ir.to === undefined) continue
    const other = byFile.get(ir.to)
    if (other !== undefined) mistake(`reports '${other}' and '${name}' have the same file '${ir.to}'; each needs its own`, definedAt)
    byFile.set(ir.to, name)
  }
}

/** Checks that an entity has one type in all columns: its ids are compared across sources. */
function checkEntities({ sources, models }: Definitions): void {
  const types = new Map<string, { type: string; where: string }>()
  const holders = [
    ...sources.map(({ name, ir, definedAt }) => ({ where: `source '${name}'`, columns: ir.columns, definedAt })),
    ...models.map(({ name, trigger, definedAt }) => ({ where: `the trigger of model '${name}'`, columns: trigger.columns, definedAt })),
  ]
  for (const { where, columns, definedAt } of holders) {
    for (const { entity, type } of columns) {
      if (entity === undefined) continue
      const first = types.get(entity)
      if (first && first.type !== type)
        mistake(`entity '${entity}' is ${withArticle(type)} in ${where} and ${withArticle(first.type)} in ${first.where}`, definedAt)
      types.set(entity, { type, where })
    }
  }
}

const byOrder = (a: { readonly order: number }, b: { readonly order: number }): number => a.order - b.order
