/**
 * The latency audit: a history decided again with each element of a pipeline made older, what that is worth, what it costs, and which plan to run.
 *
 * Deterministic: the same history, definitions, prices and seed give the same report, but for processor seconds, which are measured here, and what is made of them.
 */
import { SpillwayError } from '../base/errors.ts'
import type { ModelIR } from '../define/ir/ir.ts'
import type { PipelineWorth } from '../define/value/worths.ts'
import type { ReplayLog } from '../replay/log.ts'
import type { Audible, AuditOptions } from './compare/audit-options.ts'
import { KNEE_PART } from './statistics/knee.ts'
import { boundsOf, clustered } from './compare/clusters.ts'
import type { BandOptions } from './statistics/intervals.ts'
import { sampleOf, type Sample } from './statistics/sample.ts'
import { costsOf } from './compare/costing.ts'
import { elementId, planOf, type Element, type Plan } from './domain/element.ts'
import { Experiment, threadsAhead } from './experiment/experiment.ts'
import type { Cases } from './domain/cases.ts'
import type { LadderRung } from './experiment/ladder.ts'
import { hashOf } from './findings/history-part.ts'
import { Judging } from './compare/valuation.ts'
import { ladderOf, madeOfEach, type FoundLadder, type LadderOptions } from './compare/staleness-sweep.ts'
import { planning } from './compare/planning.ts'
import { reportOf } from './findings/report.ts'
import type { AuditReport, UtilityPart } from './domain/audit-report.ts'
import { lookBackOf, unknownPart, utilityOf, type Utility } from './value/index.ts'

export interface Audited {
  readonly report: AuditReport
  /** What to run; the empty plan is what runs. */
  readonly proposed: Plan
}

/** Parts of the whole by time, about: ladders, then plans. */
const LADDERS = 0.6
const PLANS = 0.35

/** Of ladders that are kept: another number where what they hold is another. */
const KEPT_FORMAT = 3

/** Throws as `decide` and `label` do, `SPILL_INPUT` for a history that is too short, and whatever the user's function throws, with the place. */
export async function audit(pipeline: Audible, log: ReplayLog, options: AuditOptions): Promise<Audited> {
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
  const { judging, sample, bands, decisions, ladders } = await judgedLadders(pipeline, experiment, utility, options)
  const { runs } = judging
  const now = await judging.now(runs)
  const bounds = unknownPart(cases, cases.blocks.test) > 0 ? await judging.bounds(runs) : undefined
  onProgress('measuring what it costs', LADDERS)
  const costing = costsOf(pipeline, log, { ...options, experiment, now, dollars: utility.dollars })
  const notObservable = new Map(
    ladders.flatMap(({ element, ladder: { why } }) => (why === undefined ? [] : [[elementId(element), why] as const])),
  )
  const retrained = await retrainedOf(judging)
  const base = judging.planned === 'refit' && !('why' in retrained) ? retrained : now.performance
  const smallLoss = KNEE_PART * Math.max(0, base.aWeek)
  const curves = { ladders, nowAWeek: base.aWeek }
  const judged = await planning({ ir, judging, bands, costing, utility, notObservable, smallLoss, curves, ...options }, share =>
    onProgress('comparing plans', 1 - PLANS + PLANS * share),
  )
  const report = reportOf({
    pipeline,
    log,
    options,
    experiment,
    judging,
    sample,
    utility,
    ladders,
    now: now.performance,
    retrained,
    bounds,
    costing,
    judged,
    decisions,
  })
  return { report, proposed: judged.proposed }
}

/** The baseline of planned changes: the model trained anew on fresh features. */
async function retrainedOf(judging: Judging): Promise<UtilityPart['retrained']> {
  const why = judging.why('refit')
  return why === undefined ? (await judging.now('refit')).performance : { why }
}

/** Throws `SPILL_INPUT` where of no decision that is judged it is known what came of it. */
function checkKnown({ known, blocks: { test } }: Cases, { name, label }: ModelIR): void {
  if (known.subarray(test.from, test.to).includes(1)) return
  throw new SpillwayError(
    'SPILL_INPUT',
    `nothing can be said of this history: of none of the ${test.to - test.from} decisions of model '${name}' that are judged it is known what came of them. Look at its label, ${label!.kind === 'from' ? `whose '${label!.join}' must name events, and whose value must not be NULL` : 'whose condition must not be NULL'}, and at the files of source '${label!.source}'`,
  )
}

interface JudgedLadders {
  readonly judging: Judging
  readonly sample: Sample
  readonly bands: BandOptions
  /** The hash of what was decided as it runs. */
  readonly decisions: string
  readonly ladders: readonly FoundLadder[]
}

/** Other threads make ahead what ladders are judged by; they have ended before processor time is measured. */
async function judgedLadders(pipeline: Audible, experiment: Experiment, utility: Utility, options: AuditOptions): Promise<JudgedLadders> {
  const { model, worth, seed, draws, traces } = options
  const { ir, fingerprint } = pipeline
  const { cases } = experiment
  const asked = experiment.elements.map(element => ({
    element,
    rungs: withTrace(element, experiment.ladder(element, worth.ir.ages), traces),
  }))
  try {
    await experiment.prepare(asked.flatMap(({ element, rungs }) => rungs.map(({ setting }) => planOf(element, setting))))
    checkKnown(cases, model)
    const { budget } = worth.ir.utility
    const judging = await Judging.of(experiment, { ir, model, utility, budget, decisionsAWeek: worth.ir.decisionsAWeek })
    const sample = sampleOf(clustered(cases, boundsOf(ir, model)), cases.blocks.test)
    const bands = { seed, draws, ...(Number.isFinite(judging.week) && { decisionsAWeek: judging.week }) }
    const decisions = hashOf(cases.t, await experiment.scoresOfAll(judging.runs))
    const given = { judging, sample, bands, slices: worth.ir.slices }
    const ladders = await laddersOf(asked, given, `${fingerprint} ${decisions}`, options)
    return { judging, sample, bands, decisions, ladders }
  } finally {
    experiment.end()
  }
}

/** `of` names the history and the definitions. */
async function laddersOf(
  asked: readonly { readonly element: Element; readonly rungs: readonly LadderRung[] }[],
  given: Omit<LadderOptions, 'onRung'>,
  of: string,
  { worth: { ir }, seed, draws, onProgress, kept = (_, _of, make) => make() }: AuditOptions,
): Promise<FoundLadder[]> {
  const steps = asked.reduce((sum, { rungs }) => sum + rungs.length, 0)
  let done = 0
  return madeOfEach(asked, async ({ element, rungs }) => {
    const id = elementId(element)
    const onRung = () => onProgress?.(`making ${id.replace('/', ' ')} older`, (LADDERS * ++done) / steps)
    const depends = JSON.stringify([KEPT_FORMAT, of, ir, rungs, seed, draws])
    return { element, ladder: await kept(id, depends, () => ladderOf(element, rungs, { ...given, onRung })) }
  })
}

/** Of a group whose ages were recorded, what it would be worth as old as it was. */
function withTrace(element: Element, rungs: LadderRung[], traces: AuditOptions['traces']): LadderRung[] {
  const trace = element.kind === 'group' ? traces?.get(element.group) : undefined
  const ages = trace?.age.filter(Number.isFinite)
  if (!ages || ages.length === 0) return rungs
  const rung: LadderRung = {
    setting: { kind: 'trace' },
    title: 'as old as recorded',
    age: ages.reduce((sum, age) => sum + age, 0) / ages.length,
  }
  return [...rungs, rung].toSorted((a, b) => a.age - b.age)
}

/** Where nobody says how many may act. */
const DEFAULT_BUDGET = 0.1

/** The worth of a model, or how many true outcomes are caught by a tenth of decisions. Throws `SPILL_INPUT` for a model without a label. */
export function worthOf(worths: ReadonlyMap<string, PipelineWorth>, { name, label }: ModelIR): PipelineWorth {
  const worth = worths.get(name)
  if (worth) return worth
  if (!label)
    throw new SpillwayError(
      'SPILL_INPUT',
      `model '${name}' has no label, so that nothing says what came of its decisions; give it label: labelFrom(source, { … }) or begins(source, r => …, { … })`,
    )
  return { ir: { model: name, utility: { kind: 'caught', budget: DEFAULT_BUDGET, unit: 'true outcomes' } } }
}
