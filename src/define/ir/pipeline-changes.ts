/**
 * Differences of two versions of a pipeline, in words for people.
 *
 * Pure, over the IR. Definitions are matched by name: a renamed feature is one removed and one added.
 */
import { isDeepStrictEqual } from 'node:util'
import { durationText, exactSpanTitle, limits } from '../../base/index.ts'
import type {
  FreshnessIR,
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
import { withoutNotes } from './fingerprint.ts'
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

function sourceDetails({ columns: before, ...earlier }: SourceIR, { columns: after, ...later }: SourceIR): string[] {
  return [...diffList('column', before, after, columnText), ...diffFields(earlier, later)]
}

function groupDetails(
  { features: before, place: from, freshness, ...earlier }: GroupIR,
  { features: after, place: to, freshness: newFreshness, ...later }: GroupIR,
): string[] {
  return [
    ...diff('placed', from, to, describePlacement),
    ...diff('freshness', freshness, newFreshness, freshnessText),
    ...diffList('feature', before, after, featureText),
    ...diffFields(withoutNotes(earlier), withoutNotes(later)),
  ]
}

/** `99.9 % within 15 min`. */
const freshnessText = (freshness: FreshnessIR | undefined): string =>
  freshness ? `${Number((freshness.target * 100).toPrecision(6))} % within ${exactSpanTitle(freshness.objective)}` : 'none'

function modelDetails(before: ModelIR, after: ModelIR): string[] {
  return [
    ...diff('decides', before.decide, after.decide, triggerText),
    ...diffList('input', before.inputs, after.inputs, ({ expr }) => exprText(expr)),
    ...(isDeepStrictEqual(before.score, after.score) ? [] : [`another score (${before.score.kind} → ${after.score.kind})`]),
    ...diff('label:', before.label, after.label, labelText),
    ...diff('train:', before.train, after.train, trainText),
  ]
}

function actionDetails({ when, do: effect, ...earlier }: ActionIR, { when: newWhen, do: newEffect, ...later }: ActionIR): string[] {
  return [
    ...diff('when', when, newWhen, exprText),
    ...(effect.kind === newEffect.kind ? diffFields(effect, newEffect) : [`does ${effect.kind} → ${newEffect.kind}`]),
    ...diffFields(withoutNotes(earlier), withoutNotes(later)),
  ]
}

function reportDetails({ of, at, where, ...earlier }: ReportIR, { of: newOf, at: newAt, where: newWhere, ...later }: ReportIR): string[] {
  return [
    ...diff('of', of, newOf, reportedText),
    ...diff('made', at, newAt, scheduleText),
    ...diff('where', where, newWhere, condition => (condition ? exprText(condition) : 'all rows')),
    ...diffFields(withoutNotes(earlier), withoutNotes(later)),
  ]
}

const reportedText = (of: ReportIR['of']): string => (of.kind === 'model' ? of.model : of.inputs.map(({ name }) => name).join(', '))

/** One part that differs, as text before and after. */
const diff = <T>(label: string, before: T, after: T, text: (part: T) => string): string[] =>
  isDeepStrictEqual(before, after) ? [] : [`${label} ${text(before)} → ${text(after)}`]

/** Elements of a list that were added, removed or changed. */
function diffList<T extends { readonly name: string }>(
  label: string,
  before: readonly T[],
  after: readonly T[],
  text: (part: T) => string,
): string[] {
  return diffByName('source', before, after, (earlier, later) => diff(`${label} ${earlier.name}:`, earlier, later, text)).map(
    ({ kind, name, details }) => {
      const part = (kind === 'removed' ? before : after).find(item => item.name === name)!
      return kind === 'changed' ? details[0] : `${label} ${name} ${kind} (${text(part)})`
    },
  )
}

/** Plain fields that differ. */
function diffFields(before: object, after: object): string[] {
  const [earlier, later] = [before as Readonly<Record<string, unknown>>, after as Readonly<Record<string, unknown>>]
  return [...new Set([...Object.keys(earlier), ...Object.keys(later)])].flatMap(name =>
    diff(`${name}:`, earlier[name], later[name], value => fieldText(name, value)),
  )
}

/** Plain fields that are durations in ms. */
const durationFields: ReadonlySet<string> = new Set([
  ...(['allowedLateness', 'dedupe', 'maxClockSkew', 'revisable'] satisfies (keyof SourceIR)[]),
  ...(['freshness', 'live'] satisfies (keyof ReportIR)[]),
  ...(['cooldown', 'deadline'] satisfies (keyof ActionIR)[]),
  'timeout',
])

function fieldText(name: string, value: unknown): string {
  if (value === undefined) return 'none'
  if (typeof value === 'string') return value
  return typeof value === 'number' && durationFields.has(name) ? exactSpanTitle(value) : JSON.stringify(value)
}

function columnText({ type, scale, nullable, min, max, maxBytes, values, entity, default: value, aliases }: ColumnIR): string {
  const bounds = [...(min === undefined ? [] : [`from ${min}`]), ...(max === undefined ? [] : [`to ${max}`])]
  return [
    scale === undefined ? type : `${type}(${scale})`,
    ...(nullable ? ['nullable'] : []),
    ...bounds,
    ...(maxBytes === undefined ? [] : [`of at most ${maxBytes} bytes`]),
    ...(values ? [`one of ${values.join(', ')}`] : []),
    ...(entity === undefined ? [] : [`of entity ${entity}`]),
    ...(value === undefined ? [] : [`default ${type === 'decimal' ? Number(value) / 10 ** (scale ?? 0) : value}`]),
    ...(aliases === undefined ? [] : [`renamed from ${aliases.join(', ')}`]),
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

/** A schedule as text: `0 2 * * * UTC`, `every 5m`. */
export const scheduleText = (schedule: ScheduleIR): string =>
  schedule.kind === 'cron' ? `${schedule.cron} ${schedule.zone}` : `every ${durationText(schedule.every)}`

/** A trigger as text: `on payments`. */
export function triggerText(decide: TriggerIR): string {
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
  if (label.kind === 'happens') {
    const { source, key, where, within, lateness, negated, per } = label
    const events = `${source} by ${key}${where ? ` where ${exprText(where)}` : ''}`
    const once = per === undefined ? '' : `, one outcome per ${per}`
    return `${negated ? 'no event' : 'an event'} of ${events} within ${durationText(within)}, lateness ${durationText(lateness)}${once}`
  }
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

/** An expression as text: `(amount > 100)`. */
export function exprText(expr: ExprIR): string {
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
