/** Assembles the report of an audit from its results. */
import type { StrictOmit } from '../../base/index.ts'
import { packageVersion } from '../../base/node/index.ts'
import type { ReplayLog } from '../../replay/index.ts'
import type { AuditedPipeline, AuditOptions } from '../compare/audit-options.ts'
import type { ClusteredSample } from '../statistics/sample.ts'
import { historyReachCaveats } from '../compare/history-reach.ts'
import type { Costing } from '../compare/costing.ts'
import { elementPart } from './element-part.ts'
import { elementId, type Element } from '../domain/element.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { historyPart } from './history-part.ts'
import { incidentModelOf } from './incident-model-part.ts'
import type { PlanValuation, LabelBounds } from '../compare/valuation.ts'
import type { ElementSweep, StalenessSweep } from '../compare/staleness-sweep.ts'
import { buildAnswer } from './answer.ts'
import { jointVerdict } from '../plans/joint-verdict.ts'
import { findingsOf, type GroupAge } from './findings.ts'
import type { PlanRecommendation } from '../plans/recommend.ts'
import type { AuditReport, UtilityPart } from '../domain/audit-report.ts'
import type { ElementPart, Estimate, Performance, ElementVerdict } from '../domain/element-report.ts'
import { assumptionsOf, caveatsOf } from './caveats-and-assumptions.ts'
import { valuationBasis, type ValueFunction } from '../value/index.ts'

/** Results of an audit. */
export interface AuditResults {
  readonly pipeline: AuditedPipeline
  readonly log: ReplayLog
  readonly options: AuditOptions
  readonly experiment: Experiment
  readonly judging: PlanValuation
  readonly sample: ClusteredSample
  readonly utility: ValueFunction
  readonly sweeps: readonly ElementSweep[]
  readonly now: Performance
  readonly retrained: UtilityPart['retrained']
  readonly bounds: LabelBounds | undefined
  readonly costing: Costing
  readonly judged: PlanRecommendation
  /** Hash of the decisions. */
  readonly decisions: string
}

/** Builds the report. Computes nothing new except texts, caveats and findings. */
export function buildReport(results: AuditResults): AuditReport {
  const { pipeline, log, options, experiment, judging, sample, utility, now, retrained, bounds, costing, judged, decisions } = results
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
  const { threshold, part, from } = judging.baselineActions
  const incidentModel = incidentModelOf(model, experiment.running, options.champion)
  const report: StrictOmit<AuditReport, 'answer'> = {
    format: 'spillway-audit/1',
    pipeline: ir.name,
    fingerprint,
    model: model.name,
    ...(incidentModel && { incidentModel }),
    history,
    utility: {
      name: utility.name,
      unit: utility.unit,
      basis: valuationBasis(worth.ir.utility, judging.charge),
      ...(utility.dollars !== undefined && { dollars: utility.dollars }),
      budget: part,
      // No finite threshold exists if nothing may act.
      threshold: Number.isFinite(threshold) ? threshold : Number.MAX_VALUE,
      thresholdFrom: from,
      now,
      retrained,
      ...(judging.charge > 0 && { charge: judging.charge }),
      unjudged: judging.unjudged,
    },
    stages,
    elements,
    costs: costing.part(judged.proposed, lostByStaleness(elements)),
    plans: judged.part,
    findings: findingsOf({ ir, ages: agesOf(elements), ...(!('why' in stages) && { stages }) }),
    caveats: caveatsOf({
      history,
      experiment,
      judging,
      now,
      elements,
      sweeps: results.sweeps.map(({ sweep }) => sweep),
      plans: judged.caveats,
      bounds,
      unit: utility.unit,
      reach: historyReachCaveats({ ir, model, ages: worth.ir.ages ?? [], cases: experiment.cases, first: log.first }),
    }),
    assumptions: assumptionsOf({ model, worth: worth.ir, judging, experiment }),
    reproduce: { command, version: packageVersion(), seed, draws, decisions, definitions: fingerprint },
  }
  return { ...report, answer: buildAnswer(report) }
}

const verdictFor = (element: Element, { why }: StalenessSweep, { verdicts, part }: PlanRecommendation): ElementVerdict | undefined =>
  element.kind === 'groups' && why === undefined ? jointVerdict(element.groups, part) : verdicts.get(elementId(element))

/** Ages of the groups with a freshness threshold. */
const agesOf = (elements: readonly ElementPart[]): GroupAge[] =>
  elements.flatMap(({ kind, element, now: { age }, incidentThreshold }) =>
    kind === 'group' && age && !('why' in incidentThreshold)
      ? [{ group: element.slice('group/'.length), p95: age.p95, threshold: incidentThreshold.age }]
      : [],
  )

/** Weekly gain of the freshest level, for the element that loses most by staleness. */
function lostByStaleness(elements: readonly ElementPart[]): Estimate | { readonly why: string } {
  const gains = elements.flatMap(({ levels, now: { age } }) =>
    levels.flatMap(({ age: levelAge, frozenAtBudget: { perWeek } }) => (age && levelAge < age.p50 && !('why' in perWeek) ? [perWeek] : [])),
  )
  const [greatest] = gains.toSorted((a, b) => b.value - a.value)
  return greatest ?? { why: 'nothing here could be fresher than it is, as far as this history shows' }
}
