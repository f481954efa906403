/**
 * Differences of two versions of a pipeline, in words for people.
 *
 * Pure, over the IR. Definitions are matched by name: a renamed feature is one removed and one added.
 */
import { isDeepStrictEqual } from 'node:util'
import { limits, durationText } from '../../base/index.ts'
import type {
  ActionIR,
  ColumnIR,
  ExprIR,
  FeatureIR,
  GroupIR,
  LabelIR,
  ModelIR,
  PipelineIR,
  PlacementIR,
  ReportIR,
  ScheduleIR,
  SourceIR,
  TriggerIR,
} from './ir.ts'
import { algorithmText, type TrainIR } from './train-ir.ts'

/** A difference of two versions of a pipeline. */
export interface PipelineChange {
  readonly of: 'source' | 'group' | 'model' | 'action' | 'report'
  readonly name: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Differences, one line each; empty for what was added or removed as a whole. */
  readonly details: readonly string[]
}

/** Differences between two versions, by kind and name. */
export function changesBetween(before: PipelineIR, after: PipelineIR): PipelineChange[] {
  return [
    ...diffByName('source', before.sources, after.sources, sourceDetails),
    ...diffByName('group', before.groups, after.groups, groupDetails),
    ...diffByName('model', before.models, after.models, modelDetails),
    ...diffByName('action', before.actions ?? [], after.actions ?? [], actionDetails),
    ...diffByName('report', before.reports ?? [], after.reports ?? [], reportDetails),
  ]
}

function diffByName<T extends { readonly name: string }>(
  of: PipelineChange['of'],
  before: readonly T[],
  after: readonly T[],
  details: (before: T, after: T) => string[],
): PipelineChange[] {
  const find = (all: readonly T[], name: string) => all.find(item => item.name === name)
  return [...new Set([...after, ...before].map(({ name }) => name))].flatMap((name): PipelineChange[] => {
    const [earlier, later] = [find(before, name), find(after, name)]
    if (!earlier) return [{ of, name, kind: 'added', details: [] }]
    if (!later) return [{ of, name, kind: 'removed', details: [] }]
    const differences = details(earlier, later)
    return differences.length > 0 ? [{ of, name, kind: 'changed', details: differences }] : []
  })
}

function sourceDetails(before: SourceIR, after: SourceIR): string[] {
  const { columns: earlier, ...rest } = before
  const { columns: later, ...laterRest } = after
  return [...diffList('column', earlier, later, columnText), ...diffFields(rest, laterRest)]
}

function groupDetails(before: GroupIR, after: GroupIR): string[] {
  const { features: earlier, place: from, owner: _o, description: _d, ...rest } = before
  const { features: later, place: to, owner: _p, description: _e, ...laterRest } = after
  const moved = isDeepStrictEqual(from, to) ? [] : [`placed ${describePlacement(from)} → ${describePlacement(to)}`]
  return [...moved, ...diffList('feature', earlier, later, featureText), ...diffFields(rest, laterRest)]
}

function modelDetails(before: ModelIR, after: ModelIR): string[] {
  const trigger = isDeepStrictEqual(before.decide, after.decide)
    ? []
    : [`decides ${triggerText(before.decide)} → ${triggerText(after.decide)}`]
  const score = isDeepStrictEqual(before.score, after.score) ? [] : [`another score (${before.score.kind} → ${after.score.kind})`]
  const label = isDeepStrictEqual(before.label, after.label) ? [] : [`label: ${labelText(before.label)} → ${labelText(after.label)}`]
  const train = isDeepStrictEqual(before.train, after.train) ? [] : [`train: ${trainText(before.train)} → ${trainText(after.train)}`]
  return [...trigger, ...diffList('input', before.inputs, after.inputs, ({ expr }) => exprText(expr)), ...score, ...label, ...train]
}

function actionDetails(before: ActionIR, after: ActionIR): string[] {
  const { when: earlier, do: earlierEffect, owner: _o, description: _d, ...rest } = before
  const { when: later, do: laterEffect, owner: _p, description: _e, ...laterRest } = after
  const condition = isDeepStrictEqual(earlier, later) ? [] : [`when ${exprText(earlier)} → ${exprText(later)}`]
  const effect =
    earlierEffect.kind === laterEffect.kind ? diffFields(earlierEffect, laterEffect) : [`does ${earlierEffect.kind} → ${laterEffect.kind}`]
  return [...condition, ...effect, ...diffFields(rest, laterRest)]
}

function reportDetails(before: ReportIR, after: ReportIR): string[] {
  const { of: earlier, at: from, where: earlierWhere, owner: _o, description: _d, ...rest } = before
  const { of: later, at: to, where: laterWhere, owner: _p, description: _e, ...laterRest } = after
  const of = isDeepStrictEqual(earlier, later) ? [] : [`of ${reportedText(earlier)} → ${reportedText(later)}`]
  const at = isDeepStrictEqual(from, to) ? [] : [`made ${scheduleText(from)} → ${scheduleText(to)}`]
  const text = (where: ExprIR | undefined) => (where ? exprText(where) : 'all rows')
  return [
    ...of,
    ...at,
    ...(isDeepStrictEqual(earlierWhere, laterWhere) ? [] : [`where ${text(earlierWhere)} → ${text(laterWhere)}`]),
    ...diffFields(rest, laterRest),
  ]
}

const reportedText = (of: ReportIR['of']): string => (of.kind === 'model' ? of.model : of.inputs.map(({ name }) => name).join(', '))

/** Elements of a list that were added, removed or changed. */
function diffList<T extends { readonly name: string }>(
  label: string,
  before: readonly T[],
  after: readonly T[],
  text: (part: T) => string,
): string[] {
  return diffByName('source', before, after, (earlier, later) =>
    isDeepStrictEqual(earlier, later) ? [] : [`${text(earlier)} → ${text(later)}`],
  ).map(({ kind, name, details }) => {
    const part = (kind === 'removed' ? before : after).find(item => item.name === name)!
    return kind === 'changed' ? `${label} ${name}: ${details[0]}` : `${label} ${name} ${kind} (${text(part)})`
  })
}

/** Plain fields that differ. */
function diffFields(before: object, after: object): string[] {
  const [earlier, later] = [before as Readonly<Record<string, unknown>>, after as Readonly<Record<string, unknown>>]
  const text = (value: unknown) => (value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value))
  return [...new Set([...Object.keys(earlier), ...Object.keys(later)])].flatMap(name =>
    isDeepStrictEqual(earlier[name], later[name]) ? [] : [`${name}: ${text(earlier[name])} → ${text(later[name])}`],
  )
}

function columnText({ type, scale, nullable, min, max, maxBytes, values, entity }: ColumnIR): string {
  const bounds = [...(min === undefined ? [] : [`from ${min}`]), ...(max === undefined ? [] : [`to ${max}`])]
  return [
    scale === undefined ? type : `${type}(${scale})`,
    ...(nullable ? ['nullable'] : []),
    ...bounds,
    ...(maxBytes === undefined ? [] : [`of at most ${maxBytes} bytes`]),
    ...(values ? [`one of ${values.join(', ')}`] : []),
    ...(entity === undefined ? [] : [`of entity ${entity}`]),
  ].join(' ')
}

/** `sum(amount) over 1h where (amount < 5)`. */
export function featureText({ agg, window, hop, input, where, before, k, q, bounds, ...rest }: FeatureIR): string {
  const over = window === 'lifetime' ? 'over all time' : `over ${durationText(window)}`
  const tail = window === 'lifetime' || hop === 1 ? '' : `, tail by ${durationText(hop)}`
  const unit = input?.type === 'decimal' ? 10 ** (input.scale ?? 0) : 1
  const ends = bounds ? [`[${bounds.map(bound => bound / unit).join(', ')}]`] : []
  const parameters = [k, q].filter(number => number !== undefined)
  const of = [...(input ? [exprText(input)] : []), ...parameters, ...ends].join(', ')
  const by = [...(where ? [` where ${exprText(where)}`] : []), ...(before ? [', before'] : []), ...settingTexts(rest)]
  return `${agg}(${of}) ${over}${tail}${by.join('')}`
}

/** Further settings of the value, and limits beyond which it fails. */
function settingTexts({ per, halfLife, limit, maxEvents }: Pick<FeatureIR, 'per' | 'halfLife' | 'limit' | 'maxEvents'>): string[] {
  return [
    ...(per === undefined ? [] : [`, per ${durationText(per)}`]),
    ...(halfLife === undefined ? [] : [`, half of it after ${durationText(halfLife)}`]),
    ...(limit === undefined || limit === limits.DISTINCT_MAX ? [] : [`, up to ${limit} different values`]),
    ...(maxEvents === undefined ? [] : [`, up to ${maxEvents} events a key`]),
  ]
}

/** A placement as text: `batch(0 2 * * * UTC)`. */
export function describePlacement(place: PlacementIR): string {
  switch (place.kind) {
    case 'lag':
    case 'partial':
      return `${place.kind}(${durationText(place.by)})`
    case 'scheduled':
    case 'batch':
    case 'hybrid':
      return `${place.kind}(${scheduleText(place.schedule)})`
    default:
      return place.kind
  }
}

const scheduleText = (schedule: ScheduleIR): string =>
  schedule.kind === 'cron' ? `${schedule.cron} ${schedule.zone}` : `every ${durationText(schedule.every)}`

function triggerText(decide: TriggerIR): string {
  if (decide.kind === 'on') return `on ${decide.source}`
  return decide.kind === 'every' ? `every ${durationText(decide.every)}` : 'on request'
}

function labelText(label: LabelIR | undefined): string {
  if (!label) return 'none'
  if (label.kind === 'from')
    return (
      `${exprText(label.value)} from ${label.source} by ${label.join}, false after ${durationText(label.negativeAfter)}` +
      (label.censoredBy ? `, censored by ${label.censoredBy.join(', ')}` : '')
    )
  const { source, key, condition, within, lasting, maxGap } = label
  const spans = `within ${durationText(within)}, lasting ${durationText(lasting)}, gaps up to ${durationText(maxGap)}`
  return `${exprText(condition)} begins in ${source} by ${key} ${spans}`
}

function trainText(train: TrainIR | undefined): string {
  if (!train) return 'none'
  const { algorithm, every, orWhen, options, over, holdout, promote } = train
  const rule =
    promote.kind === 'hand'
      ? 'by hand'
      : `by ${promote.metric}${promote.bound === undefined ? '' : ` ${promote.bound}`}, better by ${promote.betterBy}` +
        (promote.shadow === undefined ? '' : `, shadowing for ${durationText(promote.shadow)}`)
  return [
    algorithmText(algorithm),
    ...Object.entries(options).map(([name, value]) => `${name} ${value}`),
    every ? scheduleText(every) : 'by command',
    ...(orWhen ? [driftText(orWhen)] : []),
    ...(over === undefined ? [] : [`over ${durationText(over)}`]),
    ...(holdout === undefined ? [] : [`judged by ${durationText(holdout)}`]),
    `promoted ${rule}`,
  ].join(', ')
}

function driftText({ look, recent, cooldown, psi, ks, nulls, rows, metric }: NonNullable<TrainIR['orWhen']>): string {
  const below = metric ? `, ${metric.metric} ${metric.bound}` : ''
  const rests = cooldown === undefined ? '' : `, at most every ${durationText(cooldown)}`
  const thresholds = `psi ${psi}, ks ${ks}, nulls ${nulls}${below}, from ${rows} rows${rests}`
  return `or when drift (each ${durationText(look)}, of ${durationText(recent)}, ${thresholds})`
}

const operators = {
  add: '+',
  sub: '−',
  mul: '·',
  div: '/',
  eq: '=',
  ne: '≠',
  lt: '<',
  lte: '≤',
  gt: '>',
  gte: '≥',
  and: 'and',
  or: 'or',
} as const

function exprText(expr: ExprIR): string {
  switch (expr.op) {
    case 'column':
    case 'trigger':
      return expr.name
    case 'feature':
      return `${expr.group}.${expr.name}`
    case 'literal':
      return typeof expr.value === 'number' && expr.type === 'decimal'
        ? String(expr.value / 10 ** (expr.scale ?? 0))
        : JSON.stringify(expr.value)
    case 'not':
      return `not ${exprText(expr.of)}`
    case 'isNull':
      return `${exprText(expr.of)} is NULL`
    default:
      return `(${exprText(expr.left)} ${operators[expr.op]} ${exprText(expr.right)})`
  }
}
