/** One element of a report: how it runs, its curve, its knee, and what is to be done. */
import { spanTitle } from '../../base/span.ts'
import type { GroupIR, ModelIR, PipelineIR } from '../../define/ir/ir.ts'
import { kneeOf, marksOf, worseMark, youngerKnee } from '../statistics/knee.ts'
import { howItRuns } from '../cost/how-it-runs.ts'
import { elementId, type Element } from '../domain/element.ts'
import { ageOf } from '../experiment/timeline/placement-age.ts'
import { curveOf, type Ladder } from '../compare/staleness-sweep.ts'
import { isWhy } from '../domain/plan-types.ts'
import { safeVerdict } from '../plans/safe.ts'
import { NOT_OBSERVABLE, UNDECIDED } from '../plans/verdict.ts'
import type { AgePart, ElementPart, UtilityPart, Verdict } from '../domain/audit-report.ts'
import { NO_ACTION, titleOf, UNSCHEDULED } from '../domain/setting-text.ts'

interface ElementGiven {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly element: Element
  readonly ladder: Ladder
  readonly utility: Pick<UtilityPart, 'now' | 'retrained' | 'unit'>
  readonly verdict: Verdict | undefined
  /** From an event's time to its arrival, median, ms. */
  readonly delay: number
}

export function elementPart({ ir, model, element, ladder, utility, verdict, delay }: ElementGiven): ElementPart {
  const age = element.kind === 'ingestion' ? arrivalAge(delay) : nowAge(ir, element)
  const { rungs, why } = ladder
  const [incident, atVolume, planned] = (['frozen', 'frozenAtBudget', 'refit'] as const).map(way => curveOf(rungs, way))
  const { now, retrained, unit } = utility
  const own = { now: age?.p50 ?? 0, nowAWeek: now.aWeek, unit }
  const anew = { ...own, nowAWeek: isWhy(retrained) ? now.aWeek : retrained.aWeek }
  const isPlanned = isPlannedAlone({ rungs })
  const { verdict: said, unplanned } = verdictOn(verdict ?? { choice: NOT_OBSERVABLE, why: why ?? untrained }, rungs)
  const isOpen = said.choice === UNDECIDED && unplanned === undefined && (element.kind === 'group' || element.kind === 'groups')
  const safe = isOpen
    ? isWhy(retrained)
      ? safeVerdict(atVolume, own, 'as it is')
      : safeVerdict(planned, anew, 'trained for that')
    : undefined
  return {
    element: elementId(element),
    kind: element.kind,
    title: titleOfElement(ir, element),
    ...(element.kind === 'groups' && { groups: element.groups }),
    now: { setting: { kind: 'now' }, title: nowTitle(ir, model, element), age },
    rungs,
    ...(why !== undefined && { notObservable: why }),
    knee:
      element.kind === 'training' && rungs.length > 0 ? { why: NO_INCIDENT } : youngerKnee(kneeOf(incident, own), kneeOf(atVolume, own)),
    refitKnee: kneeOf(planned, anew),
    verdict: safe ? { ...safe, ...(said.breakEven && { breakEven: said.breakEven }) } : said,
    ...(unplanned !== undefined && { unplanned }),
    marks: isPlanned ? marksOf(planned, anew) : worseMark(marksOf(incident, own), marksOf(atVolume, own)),
  }
}

/** Of ingestion: how long events take to arrive, half of them at most so long. */
const arrivalAge = (delay: number): AgePart | null => (delay > 0 ? { p50: delay, p95: delay, from: 'from its history' } : null)

/** What has a curve was observed: that no plan runs it otherwise has another reason. */
function verdictOn(verdict: Verdict, rungs: ElementPart['rungs']): Pick<ElementPart, 'verdict' | 'unplanned'> {
  if (verdict.choice !== NOT_OBSERVABLE || rungs.length === 0) return { verdict }
  const why = `no plan runs it otherwise, since ${verdict.why}; the curve says what that would be worth`
  return { verdict: { choice: UNDECIDED, why }, unplanned: verdict.why }
}

/** Of the age of a model, which is never old by accident. */
export const isPlannedAlone = ({ rungs }: Pick<ElementPart, 'rungs'>): boolean =>
  rungs.length > 0 && rungs.every(({ frozen }) => 'why' in frozen.aWeek)

const NO_INCIDENT = 'the age of a model is planned, and no accident'

const untrained = 'the pipeline does not train this model, so there is no schedule to compare; give it train: { every: … }'

/** As plans call it. What nobody runs has no setting: a model that is not trained, actions that there are not. */
function nowTitle(ir: PipelineIR, model: ModelIR, element: Element): string {
  if (element.kind === 'inference' && model.decide.kind !== 'every') return `on ${model.decide.kind === 'on' ? 'event' : 'request'}`
  const running = howItRuns(ir, model)
  if (element.kind === 'groups')
    return [...new Set(element.groups.map(group => titleOf(running.get(elementId({ kind: 'group', group }))!)))].join(', ')
  const setting = running.get(elementId(element))
  if (setting) return titleOf(setting)
  return element.kind === 'training' ? UNSCHEDULED : NO_ACTION
}

/** By its placement; a sawtooth between two runs is between the two ends with equal chance. */
function nowAge(ir: PipelineIR, element: Element): AgePart | null {
  if (element.kind === 'groups') return commonOf(element.groups.map(group => nowAge(ir, { kind: 'group', group })))
  if (element.kind !== 'group') return null
  const { place } = ir.groups.find(({ name }) => name === element.group)!
  const mean = ageOf(place)
  if (place.kind !== 'batch' && place.kind !== 'scheduled') return { p50: mean, p95: mean, from: 'by its placement' }
  const half = mean - place.lasts
  return { p50: mean, p95: place.lasts + 1.9 * half, from: 'by its placement' }
}

/** Of groups that are not all as old there is no one age. */
const commonOf = ([first, ...others]: readonly (AgePart | null)[]): AgePart | null =>
  others.every(age => JSON.stringify(age) === JSON.stringify(first)) ? first : null

/** `arrivals (delay: mean 1 h, late: share 1 h)`; `all streamed groups (arrivals, weather)`. */
function titleOfElement(ir: PipelineIR, element: Element): string {
  if (element.kind === 'groups') return togetherTitle(ir, element.groups)
  if (element.kind !== 'group') return element.kind
  const group = ir.groups.find(({ name }) => name === element.group)!
  return `${group.name} (${featuresOf(group)})`
}

const SHOWN = 3
const GROUPS_SHOWN = 5

function togetherTitle({ groups }: PipelineIR, names: readonly string[]): string {
  const hasJobs = groups.some(({ name, place }) => names.includes(name) && (place.kind === 'batch' || place.kind === 'scheduled'))
  const left = names.length - GROUPS_SHOWN
  const list = `${names.slice(0, GROUPS_SHOWN).join(', ')}${left > 0 ? `, ${left} more` : ''}`
  return `all ${hasJobs ? 'groups fresher than a day' : 'streamed groups'} (${list})`
}

function featuresOf({ features }: GroupIR): string {
  const shown = features.slice(0, SHOWN).map(({ agg, window }) => (window === 'lifetime' ? agg : `${agg} ${spanTitle(window)}`))
  const all = [...new Set(shown)]
  return `${all.join(', ')}${features.length > SHOWN ? `, ${features.length - SHOWN} more` : ''}`
}
