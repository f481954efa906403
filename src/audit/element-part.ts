/** One element of a report: how it runs, its curve, its knee, and what is to be done. */
import { spanTitle } from '../base/span.ts'
import type { GroupIR, ModelIR, PipelineIR } from '../define/ir.ts'
import { kneeOf, marksOf } from './bands/knee.ts'
import { howItRuns } from './cost/how-it-runs.ts'
import { elementId, type Element } from './element.ts'
import { ageOf } from './experiment/placement-age.ts'
import type { Ladder } from './ladders.ts'
import { NOT_OBSERVABLE, UNDECIDED } from './plans/verdict.ts'
import type { AgePart, ElementPart, Performance, Verdict } from './report/audit-report.ts'
import { titleOf, UNSCHEDULED } from './words.ts'

interface ElementGiven {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly element: Element
  readonly ladder: Ladder
  readonly now: Performance
  /** Of the utility. */
  readonly unit: string
  readonly verdict: Verdict | undefined
}

export function elementPart({ ir, model, element, ladder, now, unit, verdict }: ElementGiven): ElementPart {
  const age = nowAge(ir, element)
  const { rungs, why } = ladder
  // A model without a score of its own is never as it is: it is trained for whatever it runs on.
  const isPlanned = element.kind === 'training' || model.score.kind === 'none'
  const curve = rungs.map(({ age: rungAge, title, frozen, refit }) => ({
    age: rungAge,
    title,
    aWeek: isPlanned ? ('why' in refit ? refit : refit.aWeek) : frozen.aWeek,
  }))
  return {
    element: elementId(element),
    kind: element.kind,
    title: titleOfElement(ir, element),
    now: { setting: { kind: 'now' }, title: nowTitle(ir, model, element), age },
    rungs,
    ...(why !== undefined && { notObservable: why }),
    knee: kneeOf(curve, { now: age?.p50 ?? 0, nowAWeek: now.aWeek, unit }),
    ...verdictOn(verdict ?? { choice: NOT_OBSERVABLE, why: why ?? untrained }, rungs),
    marks: marksOf(curve, { nowAWeek: now.aWeek }),
  }
}

/** What has a curve was observed: that no plan runs it otherwise has another reason. */
function verdictOn(verdict: Verdict, rungs: ElementPart['rungs']): Pick<ElementPart, 'verdict' | 'unplanned'> {
  if (verdict.choice !== NOT_OBSERVABLE || rungs.length === 0) return { verdict }
  const why = `no plan runs it otherwise, since ${verdict.why}; the curve says what that would be worth`
  return { verdict: { choice: UNDECIDED, why }, unplanned: verdict.why }
}

const untrained = 'the pipeline does not train this model, so there is no schedule to compare; give it train: { every: … }'

/** As plans call it. What nobody runs has no setting: a model that is not trained, actions that there are not. */
function nowTitle(ir: PipelineIR, model: ModelIR, element: Element): string {
  if (element.kind === 'inference' && model.decide.kind !== 'every') return `on ${model.decide.kind === 'on' ? 'event' : 'request'}`
  const setting = howItRuns(ir, model).get(elementId(element))
  if (setting) return titleOf(setting)
  return element.kind === 'training' ? UNSCHEDULED : 'none'
}

/** By its placement; a sawtooth between two runs is between the two ends with equal chance. */
function nowAge(ir: PipelineIR, element: Element): AgePart | null {
  if (element.kind !== 'group') return null
  const { place } = ir.groups.find(({ name }) => name === element.group)!
  const mean = ageOf(place)
  if (place.kind !== 'batch' && place.kind !== 'scheduled') return { p50: mean, p95: mean, from: 'by its placement' }
  const half = mean - place.lasts
  return { p50: mean, p95: place.lasts + 1.9 * half, from: 'by its placement' }
}

/** `arrivals (delay: mean 1 h, late: share 1 h)`. */
function titleOfElement(ir: PipelineIR, element: Element): string {
  if (element.kind !== 'group') return element.kind
  const group = ir.groups.find(({ name }) => name === element.group)!
  return `${group.name} (${featuresOf(group)})`
}

const SHOWN = 3

function featuresOf({ features }: GroupIR): string {
  const shown = features.slice(0, SHOWN).map(({ agg, window }) => (window === 'lifetime' ? agg : `${agg} ${spanTitle(window)}`))
  const all = [...new Set(shown)]
  return `${all.join(', ')}${features.length > SHOWN ? `, ${features.length - SHOWN} more` : ''}`
}
