/** Element part of a report: current setting, curve, freshness threshold and verdict. */
import { spanTitle } from '../../base/index.ts'
import type { GroupIR, ModelIR, PipelineIR } from '../../define/ir/index.ts'
import { longestGap } from '../../kernel/index.ts'
import { freshnessThreshold, levelMarks, losesAtOnce, worseMarks, smallerThreshold } from '../statistics/freshness-threshold.ts'
import { currentPlan } from '../cost/current-plan.ts'
import { elementId, type Element } from '../domain/element.ts'
import { placementAge } from '../experiment/timeline/placement-age.ts'
import { sweepCurve, type StalenessSweep } from '../compare/staleness-sweep.ts'
import { isInconclusive } from '../domain/plan-types.ts'
import { freshnessVerdict, NOT_OBSERVABLE, UNDECIDED } from '../plans/element-verdicts.ts'
import type { UtilityPart } from '../domain/audit-report.ts'
import type { AgePart, ElementPart, ElementVerdict } from '../domain/element-report.ts'
import { NO_ACTION, titleOf, UNSCHEDULED } from '../domain/setting-text.ts'

interface ElementInputs {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly element: Element
  readonly sweep: StalenessSweep
  readonly utility: Pick<UtilityPart, 'now' | 'retrained' | 'unit'>
  readonly verdict: ElementVerdict | undefined
  /** Median of arrival less event time, ms. */
  readonly delay: number
}

export function elementPart({ ir, model, element, sweep, utility, verdict, delay }: ElementInputs): ElementPart {
  const age = element.kind === 'ingestion' ? arrivalAge(delay) : nowAge(ir, element)
  const { levels, why } = sweep
  const [unretrainedCurve, equalVolumeCurve, retrainedCurve] = (
    ['withoutRetraining', 'withoutRetrainingAtVolume', 'withRetraining'] as const
  ).map(mode => sweepCurve(levels, mode))
  const { now, retrained, unit } = utility
  const baseline = { now: age?.p50 ?? 0, nowPerWeek: now.perWeek, unit }
  const retrainedBaseline = { ...baseline, nowPerWeek: isInconclusive(retrained) ? now.perWeek : retrained.perWeek }
  const isRetrainedOnly = hasOnlyRetraining({ levels })
  const { verdict: elementVerdict, unplanned } = verdictWithCurve(verdict ?? { choice: NOT_OBSERVABLE, why: why ?? untrained }, levels)
  const incidentThreshold =
    element.kind === 'training' && levels.length > 0
      ? { why: NO_INCIDENT }
      : smallerThreshold(freshnessThreshold(unretrainedCurve, baseline), freshnessThreshold(equalVolumeCurve, baseline))
  const alert = isInconclusive(incidentThreshold) ? (losesAtOnce(unretrainedCurve, baseline) ? 0 : undefined) : incidentThreshold.age
  const isOpen = elementVerdict.choice === UNDECIDED && unplanned === undefined
  const fromCurve = isOpen
    ? freshnessVerdict({
        ...(isInconclusive(retrained)
          ? { ...baseline, curve: equalVolumeCurve, model: 'as it is' }
          : { ...retrainedBaseline, curve: retrainedCurve, model: 'retrained for that age' }),
        ...(alert !== undefined && { alert }),
        keepTitle: keepTitleOf(levels),
      })
    : undefined
  return {
    element: elementId(element),
    kind: element.kind,
    title: titleOfElement(ir, element),
    ...(element.kind === 'groups' && { groups: element.groups }),
    now: { setting: { kind: 'now' }, title: nowTitle(ir, model, element), age },
    levels,
    ...(why !== undefined && { notObservable: why }),
    incidentThreshold,
    plannedThreshold:
      alert === 0 ? incidentThreshold : withinAlert(freshnessThreshold(retrainedCurve, retrainedBaseline), incidentThreshold),
    verdict: fromCurve ? { ...fromCurve, ...(elementVerdict.breakEven && { breakEven: elementVerdict.breakEven }) } : elementVerdict,
    ...(unplanned !== undefined && { unplanned }),
    marks: isRetrainedOnly
      ? levelMarks(retrainedCurve, retrainedBaseline)
      : worseMarks(levelMarks(unretrainedCurve, baseline), levelMarks(equalVolumeCurve, baseline)),
  }
}

/** A target is never looser than the alert: a placement chosen by it would page at once. */
const withinAlert = (target: ElementPart['plannedThreshold'], alert: ElementPart['incidentThreshold']): ElementPart['plannedThreshold'] =>
  isInconclusive(target) || isInconclusive(alert) || target.age <= alert.age ? target : alert

/** `keep within 15 min` for an age, `every 15 min or fresher` for a cadence. */
const keepTitleOf =
  (levels: ElementPart['levels']) =>
  ({ age, title }: { readonly age: number; readonly title: string }): string =>
    levels.find(level => level.age === age && level.title === title)?.setting.kind === 'older'
      ? `keep within ${title}`
      : `${title} or fresher`

/** Ages at arrival: the median ingestion delay. */
const arrivalAge = (delay: number): AgePart | null => (delay > 0 ? { p50: delay, p95: delay, from: 'from its history' } : null)

/** An element with a curve was observed, so a missing plan has another reason. */
function verdictWithCurve(verdict: ElementVerdict, levels: ElementPart['levels']): Pick<ElementPart, 'verdict' | 'unplanned'> {
  if (verdict.choice !== NOT_OBSERVABLE || levels.length === 0) return { verdict }
  const why = `no plan runs it otherwise, since ${verdict.why}; the curve says what that would be worth`
  return { verdict: { choice: UNDECIDED, why }, unplanned: verdict.why }
}

/** True for the age of a model, which never becomes old by accident. */
const hasOnlyRetraining = ({ levels }: Pick<ElementPart, 'levels'>): boolean =>
  levels.length > 0 && levels.every(({ withoutRetraining }) => 'why' in withoutRetraining.perWeek)

const NO_INCIDENT = 'the age of a model is planned, and no accident'

const untrained = 'the pipeline does not train this model, so there is no schedule to compare; give it train: { every: … }'

/** Current setting in the words of plans. Training without a schedule and missing actions have no setting. */
function nowTitle(ir: PipelineIR, model: ModelIR, element: Element): string {
  if (element.kind === 'inference' && model.decide.kind !== 'every') return `on ${model.decide.kind === 'on' ? 'event' : 'request'}`
  const settings = currentPlan(ir, model)
  if (element.kind === 'groups')
    return [...new Set(element.groups.map(group => titleOf(settings.get(elementId({ kind: 'group', group }))!)))].join(', ')
  const setting = settings.get(elementId(element))
  if (setting) return titleOf(setting)
  return element.kind === 'training' ? UNSCHEDULED : NO_ACTION
}

/** Age by placement. Between two runs the age is uniform between its two ends. */
function nowAge(ir: PipelineIR, element: Element): AgePart | null {
  if (element.kind === 'groups') return commonAge(element.groups.map(group => nowAge(ir, { kind: 'group', group })))
  if (element.kind !== 'group') return null
  const { place } = ir.groups.find(({ name }) => name === element.group)!
  const mean = placementAge(place)
  if (place.kind !== 'batch' && place.kind !== 'scheduled') return { p50: mean, p95: mean, from: 'by its placement' }
  const half = mean - place.lasts
  return { p50: mean, p95: place.lasts + 1.9 * half, max: place.lasts + longestGap(place.schedule), from: 'by its placement' }
}

/** The age that all groups share; null if they differ. */
const commonAge = ([first, ...others]: readonly (AgePart | null)[]): AgePart | null =>
  others.every(age => JSON.stringify(age) === JSON.stringify(first)) ? first : null

/** For example `arrivals (delay: mean 1 h, late: share 1 h)` or `all streamed groups (arrivals, weather)`. */
function titleOfElement(ir: PipelineIR, element: Element): string {
  if (element.kind === 'groups') return jointTitle(ir, element.groups)
  if (element.kind !== 'group') return element.kind
  const group = ir.groups.find(({ name }) => name === element.group)!
  return `${group.name} (${featuresOf(group)})`
}

const FEATURES_SHOWN = 3
const GROUPS_SHOWN = 5

function jointTitle({ groups }: PipelineIR, names: readonly string[]): string {
  const hasJobs = groups.some(({ name, place }) => names.includes(name) && (place.kind === 'batch' || place.kind === 'scheduled'))
  const hidden = names.length - GROUPS_SHOWN
  const list = `${names.slice(0, GROUPS_SHOWN).join(', ')}${hidden > 0 ? `, ${hidden} more` : ''}`
  return `all ${hasJobs ? 'groups fresher than a day' : 'streamed groups'} (${list})`
}

function featuresOf({ features }: GroupIR): string {
  const titles = features.slice(0, FEATURES_SHOWN).map(({ agg, window }) => (window === 'lifetime' ? agg : `${agg} ${spanTitle(window)}`))
  const uniqueTitles = [...new Set(titles)]
  return `${uniqueTitles.join(', ')}${features.length > FEATURES_SHOWN ? `, ${features.length - FEATURES_SHOWN} more` : ''}`
}
