/**
 * The latency audit: replays a history with each element of a pipeline made older, and reports the change in value, the cost and a plan to
 * run.
 *
 * Deterministic: the same history, definitions, prices and seed give the same report, except for the processor seconds measured here and
 * the costs derived from them.
 */
import { SpillwayError, type StrictOmit } from '../base/index.ts'
import type { LabelIR, ModelIR } from '../define/ir/index.ts'
import type { PipelineWorth } from '../define/index.ts'
import type { ReplayLog } from '../replay/index.ts'
import type { AuditedPipeline, AuditOptions } from './compare/audit-options.ts'
import { TOLERATED_LOSS } from './statistics/freshness-threshold.ts'
import { sampleWithTimeBlocks, timeBlockBounds } from './compare/clusters.ts'
import type { IntervalOptions } from './statistics/intervals.ts'
import { costingOf } from './compare/costing.ts'
import { elementId, planOf, type Element, type Plan } from './domain/element.ts'
import { Experiment, threadsAhead } from './experiment/experiment.ts'
import { inputsHash } from './experiment/inputs-hash.ts'
import type { Cases } from './domain/cases.ts'
import type { StalenessLevel } from './experiment/staleness-levels.ts'
import { PlanValuation } from './compare/valuation.ts'
import { sweepElement, mapCheapFirst, type ElementSweep, type SweepOptions } from './compare/staleness-sweep.ts'
import { evaluatePlans } from './compare/planning.ts'
import { buildReport, decisionsHash } from './findings/build-report.ts'
import type { AuditReport, UtilityPart } from './domain/audit-report.ts'
import { lookBackOf, unknownLabelShare, utilityOf, type ValueFunction } from './value/index.ts'

/** The result of an audit: the report, and the plan that it proposes. */
export interface AuditResult {
  readonly report: AuditReport
  /** The plan to run; an empty plan keeps the current pipeline. */
  readonly proposed: Plan
}

/** Approximate shares of the total time: staleness sweeps, then plans. */
const SWEEPS_SHARE = 0.6
const PLANS_SHARE = 0.35

/** Format version of the sweeps in a checkpoint. Increase it when their content changes. */
const CHECKPOINT_FORMAT = 7

/**
 * Audits one model of a pipeline over a history in memory.
 *
 * @example
 * const [model] = pipeline.ir.models
 * const { report } = await audit(pipeline, log, {
 *   model, worth: worthOf(pipeline.worths, model), seed: 1, draws: 2000,
 *   prices: examplePrices, people: presetPeople, stages: { why: 'no run' }, command: 'audit.ts',
 * })
 * report.summary.recommendation // Keep "arrivals" within 15 min.
 *
 * @throws as `decide` and `label` do, and whatever a function of the user throws, with its place
 * @throws `SPILL_HISTORY` for a history that is too short, or one in which no outcome is known
 */
export async function audit(pipeline: AuditedPipeline, log: ReplayLog, options: AuditOptions): Promise<AuditResult> {
  const { model, worth, threads = threadsAhead(), onProgress = () => {} } = options
  const { ir } = pipeline
  onProgress('deciding as it runs', 0)
  const experiment = new Experiment(pipeline, model, log, {
    ...options,
    lookBack: lookBackOf(ir, model, worth.ir.utility),
    threads,
  })
  const { cases } = experiment
  const utility = utilityOf(worth.ir, model, worth.compute)
  const { valuation, sample, intervalOptions, decisions, sweeps } = await sweepElements(pipeline, log, experiment, utility, options)
  const { runningArm } = valuation
  const now = await valuation.baseline(runningArm)
  const bounds = unknownLabelShare(cases, cases.blocks.test) > 0 ? await valuation.labelBounds(runningArm) : undefined
  onProgress('measuring what it costs', SWEEPS_SHARE)
  const costing = costingOf(pipeline, log, { ...options, experiment, now, dollars: utility.dollars })
  const notObservable = new Map(
    sweeps.flatMap(({ element, sweep: { why } }) => (why === undefined ? [] : [[elementId(element), why] as const])),
  )
  const retrained = await retrainedBaseline(valuation)
  const base = valuation.planMode === 'withRetraining' && !('why' in retrained) ? retrained : now.performance
  const smallLoss = TOLERATED_LOSS * Math.max(0, base.perWeek)
  const curves = { sweeps, nowPerWeek: base.perWeek }
  const judged = await evaluatePlans(
    { ir, valuation, intervalOptions, costing, utility, notObservable, smallLoss, curves, ...options },
    share => onProgress('comparing plans', 1 - PLANS_SHARE + PLANS_SHARE * share),
  )
  const report = buildReport({
    pipeline,
    log,
    options,
    experiment,
    valuation,
    sample,
    utility,
    sweeps,
    now: now.performance,
    retrained,
    bounds,
    costing,
    judged,
    decisions,
  })
  return { report, proposed: judged.proposed }
}

/** Baseline of planned changes: the model retrained on fresh features. */
async function retrainedBaseline(valuation: PlanValuation): Promise<UtilityPart['retrained']> {
  const why = valuation.unavailableReason('withRetraining')
  return why === undefined ? (await valuation.baseline('withRetraining')).performance : { why }
}

/** The part of a label's definition to check if no label is known. */
function labelAdvice(label: LabelIR): string {
  if (label.kind === 'from') return `whose '${label.join}' must name events, and whose value must not be NULL`
  return label.kind === 'begins' ? 'whose condition must not be NULL' : 'whose within and lateness must be shorter than the history'
}

/** @throws `SPILL_HISTORY` if no decision of the judged block has a known outcome */
function requireKnownOutcomes({ isLabelled, blocks: { test } }: Cases, { name, label }: ModelIR): void {
  if (isLabelled.subarray(test.from, test.to).includes(1)) return
  throw new SpillwayError(
    'SPILL_HISTORY',
    `cannot judge this history: none of the ${test.to - test.from} judged decisions of model '${name}' has a known outcome. Check its label, ${labelAdvice(label!)}, and the files of source '${label!.source}'`,
  )
}

/** An element, and the levels of its sweep. */
interface ElementLevels {
  readonly element: Element
  readonly levels: readonly StalenessLevel[]
}

/**
 * The sweeps of all elements, and what they are computed with. `decisions` is a hash of the scores of the current pipeline. Threads compute
 * the scores of the sweeps ahead. They end before processor time is measured.
 */
async function sweepElements(
  pipeline: AuditedPipeline,
  log: ReplayLog,
  experiment: Experiment,
  utility: ValueFunction,
  options: AuditOptions,
) {
  const { model, worth, seed, draws, traces } = options
  const { ir, fingerprint } = pipeline
  const { cases } = experiment
  const elementLevels = experiment.elements.map((element): ElementLevels => ({
    element,
    levels: withRecordedAges(element, experiment.levelsOf(element, worth.ir.ages), traces),
  }))
  try {
    await experiment.prepare(elementLevels.flatMap(({ element, levels }) => levels.map(({ setting }) => planOf(element, setting))))
    requireKnownOutcomes(cases, model)
    const { budget } = worth.ir.utility
    const valuation = await PlanValuation.valueOf(experiment, { ir, model, utility, budget, decisionsPerWeek: worth.ir.decisionsPerWeek })
    const sample = sampleWithTimeBlocks(cases, cases.blocks.test, timeBlockBounds(ir, model))
    const intervalOptions: IntervalOptions = { seed, draws, ...(Number.isFinite(valuation.week) && { decisionsPerUnit: valuation.week }) }
    const decisions = decisionsHash(cases.t, await experiment.scoresOfAll(valuation.runningArm))
    const inputs = { valuation, sample, intervalOptions, slices: worth.ir.slices }
    const identity = options.checkpoint ? [fingerprint, decisions, inputsHash(log, cases)] : []
    const sweeps = await sweepsOf(elementLevels, inputs, identity, options)
    return { valuation, sample, intervalOptions, decisions, sweeps }
  } finally {
    experiment.end()
  }
}

/**
 * Sweeps of all elements, each read from the checkpoint where it has the same inputs. `identity` has the hashes of the definitions, of the
 * decisions, and of the history with its outcomes.
 */
async function sweepsOf(
  elementLevels: readonly ElementLevels[],
  inputs: StrictOmit<SweepOptions, 'onLevel'>,
  identity: readonly string[],
  { worth: { ir }, seed, draws, onProgress, checkpoint = (_, _of, make) => make() }: AuditOptions,
): Promise<ElementSweep[]> {
  const steps = elementLevels.reduce((sum, { levels }) => sum + levels.length, 0)
  let done = 0
  return mapCheapFirst(elementLevels, async ({ element, levels }): Promise<ElementSweep> => {
    const id = elementId(element)
    const onLevel = () => onProgress?.(`making ${id.replace('/', ' ')} older`, (SWEEPS_SHARE * ++done) / steps)
    const dependencies = JSON.stringify([CHECKPOINT_FORMAT, identity, ir, levels, seed, draws])
    return { element, sweep: await checkpoint(id, dependencies, () => sweepElement(element, levels, { ...inputs, onLevel })) }
  })
}

/** Adds the recorded ages of a feature group, if there are any, as one more level of its sweep. */
function withRecordedAges(element: Element, levels: StalenessLevel[], traces: AuditOptions['traces']): StalenessLevel[] {
  const trace = element.kind === 'group' ? traces?.get(element.group) : undefined
  const ages = trace?.age.filter(Number.isFinite)
  if (!ages || ages.length === 0) return levels
  const level: StalenessLevel = {
    setting: { kind: 'trace' },
    title: 'as old as recorded',
    age: ages.reduce((sum, age) => sum + age, 0) / ages.length,
  }
  return [...levels, level].toSorted((a, b) => a.age - b.age)
}

/** Share of decisions that may act where nothing states it. */
const DEFAULT_BUDGET = 0.1

/**
 * The value function of a model. By default it counts the true outcomes among the tenth of decisions with the highest scores.
 *
 * @example
 * worthOf(pipeline.worths, pipeline.ir.models[0]).ir.utility
 *
 * @throws `SPILL_INPUT` for a model without a label
 */
export function worthOf(worths: ReadonlyMap<string, PipelineWorth>, { name, label }: ModelIR): PipelineWorth {
  const worth = worths.get(name)
  if (worth) return worth
  if (!label)
    throw new SpillwayError(
      'SPILL_INPUT',
      `model '${name}' has no label, so its decisions have no outcomes; add label: labelFrom(source, { … }), begins(source, r => …, { … }) or happens(source, { … })`,
    )
  return { ir: { model: name, utility: { kind: 'caught', budget: DEFAULT_BUDGET, unit: 'true outcomes' } } }
}

/**
 * The value function with another value per outcome, dollars. The model's own assumptions about it no longer hold and are left out.
 *
 * @example
 * valuedAt(worthOf(pipeline.worths, model), 101).ir.utility
 *
 * @throws `SPILL_INPUT` where values are dollars already
 */
export function valuedAt({ ir, ...compute }: PipelineWorth, dollars: number): PipelineWorth {
  const { utility } = ir
  if (utility.kind === 'money' || utility.unit === '$')
    throw new SpillwayError('SPILL_INPUT', `the value function of model '${ir.model}' is in dollars already; leave the value out`)
  return { ...compute, ir: { ...ir, utility: { ...utility, dollars }, assumes: [`each of the ${utility.unit} is worth $${dollars}`] } }
}
