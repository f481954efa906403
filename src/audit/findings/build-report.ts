/** Assembles the report of an audit from its results. */
import { createHash } from 'node:crypto'
import type { StrictOmit } from '../../base/index.ts'
import { packageVersion } from '../../base/node/index.ts'
import type { ModelIR, UtilityIR } from '../../define/ir/index.ts'
import type { ReplayLog } from '../../replay/index.ts'
import type { AuditedPipeline, AuditOptions } from '../compare/audit-options.ts'
import { effectiveSampleSizes } from '../statistics/effective-sample-size.ts'
import type { ClusteredSample } from '../statistics/sample.ts'
import { historyReachCaveats } from '../compare/sweep-caveats.ts'
import type { Costing } from '../compare/costing.ts'
import { elementPart } from './element-part.ts'
import { elementId, type Element } from '../domain/element.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import { countedNoun, integerText } from '../domain/figures.ts'
import { scheduleTitle } from '../domain/setting-text.ts'
import type { Experiment } from '../experiment/experiment.ts'
import type { RunningModel } from '../experiment/running-model.ts'
import type { PlanValuation, LabelBounds } from '../compare/valuation.ts'
import type { ElementSweep, StalenessSweep } from '../compare/staleness-sweep.ts'
import { buildSummary } from './summary.ts'
import { jointVerdict } from '../plans/element-verdicts.ts'
import { findingsOf, recordedGroupAges } from './findings.ts'
import type { PlanRecommendation } from '../plans/recommend.ts'
import type { AuditReport, BlockPart, HistoryPart, IncidentModelPart, UtilityPart } from '../domain/audit-report.ts'
import type { ElementPart, Estimate, Performance, ElementVerdict } from '../domain/element-report.ts'
import { assumptionsOf, caveatsOf } from './caveats-and-assumptions.ts'
import { valuationBasis, type ValueFunction, weeksCovered } from '../value/index.ts'

export interface AuditResults {
  readonly pipeline: AuditedPipeline
  readonly log: ReplayLog
  readonly options: AuditOptions
  readonly experiment: Experiment
  readonly valuation: PlanValuation
  readonly sample: ClusteredSample
  readonly utility: ValueFunction
  readonly sweeps: readonly ElementSweep[]
  readonly now: Performance
  readonly retrained: UtilityPart['retrained']
  readonly bounds: LabelBounds | undefined
  readonly costing: Costing
  readonly judged: PlanRecommendation
  readonly decisions: string
}

/** Builds the report. Computes nothing new except texts, caveats and findings. */
export function buildReport(results: AuditResults): AuditReport {
  const { pipeline, log, options, experiment, valuation, sample, utility, now, retrained, bounds, costing, judged, decisions } = results
  const { ir, fingerprint } = pipeline
  const { model, worth, seed, draws, command, stages } = options
  const elements = results.sweeps.map(({ element, sweep }) =>
    elementPart({
      ir,
      model,
      element,
      sweep,
      utility: { now, retrained, unit: utility.unit },
      verdict: verdictFor(element, sweep, judged),
      delay: experiment.delay,
    }),
  )
  const history = historyPart(experiment.cases, log, sample)
  const { threshold, part, from } = valuation.baselineActions
  const incidentModel = incidentModelOf(model, experiment.running, options.champion)
  const report: StrictOmit<AuditReport, 'summary'> = {
    format: 'spillway-audit/3',
    pipeline: ir.name,
    fingerprint,
    model: model.name,
    ...(incidentModel && { incidentModel }),
    history,
    utility: {
      name: utility.name,
      unit: utility.unit,
      basis: valuationBasis(worth.ir.utility, valuation.charge),
      ...(utility.dollars !== undefined && { dollars: utility.dollars }),
      budget: part,
      // No finite threshold exists if nothing may act.
      threshold: Number.isFinite(threshold) ? threshold : Number.MAX_VALUE,
      thresholdFrom: from,
      now,
      retrained,
      ...(valuation.charge > 0 && { charge: valuation.charge }),
      unjudged: valuation.unjudged,
    },
    stages,
    elements,
    costs: costing.part(judged.proposed, lostByStaleness(elements)),
    plans: judged.part,
    findings: findingsOf({
      ir,
      // Without a data folder nothing is known of a champion, and the audit judges the model as if it ran.
      promoted: options.champion && 'why' in options.champion ? undefined : model.name,
      ages: recordedGroupAges(elements, options.traces),
      ...(!('why' in stages) && { stages }),
    }),
    caveats: caveatsOf({
      history,
      experiment,
      valuation,
      now,
      elements,
      bounds,
      unit: utility.unit,
      more: [
        ...historyReachCaveats({ ir, model, ages: worth.ir.ages ?? [], cases: experiment.cases, first: log.first }),
        ...results.sweeps.flatMap(({ sweep }) => sweep.caveats),
        ...judged.caveats,
      ],
    }),
    assumptions: assumptionsOf({ model, worth: worth.ir, valuation, experiment }),
    reproduce: { command, version: packageVersion(), seed, draws, decisions, definitions: fingerprint },
  }
  return { ...report, summary: buildSummary(report, { assumes: worth.ir.assumes, isNonNegative: isNonNegative(worth.ir.utility) }) }
}

/** True for counts and minutes without a cost of wrong actions. */
const isNonNegative = (utility: UtilityIR): boolean =>
  (utility.kind === 'caught' || utility.kind === 'notice') && !((utility.wrong ?? 0) > 0)

const verdictFor = (element: Element, { why }: StalenessSweep, { verdicts, part }: PlanRecommendation): ElementVerdict | undefined =>
  element.kind === 'groups' && why === undefined ? jointVerdict(element.groups, part) : verdicts.get(elementId(element))

/** Weekly gain of the freshest level, for the element that loses most by staleness. */
function lostByStaleness(elements: readonly ElementPart[]): Estimate | { readonly why: string } {
  const gains = elements.flatMap(({ levels, now: { age } }) =>
    levels.flatMap(({ age: levelAge, withoutRetrainingAtVolume: { perWeek } }) =>
      age && levelAge < age.p50 && !('why' in perWeek) ? [perWeek] : [],
    ),
  )
  const [greatest] = gains.toSorted((a, b) => b.value - a.value)
  return greatest ?? { why: 'nothing here could be fresher than it is, as far as this history shows' }
}

/** The history part: length, decisions and labels. */
function historyPart(cases: Cases, log: ReplayLog, sample: ClusteredSample): HistoryPart {
  const { t, length, label, isLabelled, eligible, blocks, censored, undone, propensityWeights } = cases
  let [labelled, positive, notEligible] = [0, 0, 0]
  for (let row = 0; row < length; row++) {
    labelled += isLabelled[row]
    positive += label[row]
    if (eligible[row] === 0) notEligible++
  }
  const unknown = length - labelled - notEligible
  const blockOf = ({ from, to }: RowRange): BlockPart => ({ decisions: to - from, from: t[from], until: t[to - 1] })
  return {
    from: t[0],
    until: t[length - 1],
    weeks: weeksCovered(cases),
    events: log.length,
    decisions: length,
    labelled,
    positive,
    notEligible,
    unknown,
    censored: Math.round(censored * unknown),
    ...(undone && { undone: { ...undone, isUsed: propensityWeights !== undefined } }),
    blocks: { train: blockOf(blocks.train), tune: blockOf(blocks.tune), select: blockOf(blocks.select), report: blockOf(blocks.report) },
    clusters: effectiveSampleSizes(sample, { unknown: new Uint8Array(sample.length) }),
  }
}

/** SHA-256 of the times and the scores of all decisions, in order: identifies the decisions. */
export function decisionsHash(t: Float64Array, score: Float64Array): string {
  const hash = createHash('sha256')
  for (const column of [t, score]) hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  return hash.digest('hex')
}

/**
 * The model behind the curves without retraining: the promoted champion, or the model as its own schedule would have trained it. Undefined
 * for a model that is not trained, since its definition describes it.
 */
export function incidentModelOf(
  { train }: Pick<ModelIR, 'train'>,
  running: RunningModel | undefined,
  championOption: AuditOptions['champion'],
): IncidentModelPart | undefined {
  if (!train) return undefined
  const champion = championOption && !('why' in championOption) ? championOption : undefined
  const why = championOption && 'why' in championOption ? championOption.why : 'no data folder is given'
  if (!running) return { text: `the score of the definition, since ${why}`, trainings: 0 }
  const { trainings, byChampion } = running
  const scheduleText = trainedText(train.every, running)
  return {
    text: champion ? championText(champion.version, running, scheduleText) : `${scheduleText}, since ${why}`,
    trainings,
    ...(champion && { champion: { version: champion.version, decisions: byChampion } }),
  }
}

function championText(version: number, { byChampion, judged, hasLearnt }: RunningModel, scheduleText: string): string {
  const champion = `champion version ${version}`
  if (hasLearnt) return `${champion}; it was trained on some of the judged decisions, so it may lose less on later ones than is shown`
  if (byChampion === judged) return champion
  if (byChampion === 0) return `${scheduleText}; ${champion} was trained on all of the judged decisions, so it scores none of them`
  return `${champion} for the last ${integerText(byChampion)} of ${integerText(judged)} judged decisions; the earlier ones, which it was trained on: ${scheduleText}`
}

/** `the model trained as of each time by its schedule (Mondays at 00:00), 12 trainings`. */
function trainedText(every: NonNullable<ModelIR['train']>['every'], { trainings, step }: RunningModel): string {
  if (!every) return 'the model trained once, on the decisions before those that are judged (its train has no schedule)'
  const skippedText = step > 1 ? `, one in ${step} of its times` : ''
  return `the model trained as of each time by its schedule (${scheduleTitle(every)}${skippedText}), ${countedNoun(trainings, 'training')}`
}
