/** A worker thread that precomputes the inputs and scores of plans from the shared copy of a history. */
import type { StrictOmit } from '../../../base/index.ts'
import { parentPort, workerData } from 'node:worker_threads'
import type { ModelIR, PipelineIR } from '../../../define/ir/index.ts'
import type { ElementSetting } from '../../domain/element.ts'
import { aucOf } from '../../value/auc.ts'
import type { GroupColumns } from '../timeline/case-columns.ts'
import type { CaseSelection } from '../timeline/case-selection.ts'
import type { RetrainingNotes } from '../refit/retrained-models.ts'
import { Replays, type Replayed } from '../replay/replays.ts'
import { Scorer, type Arm, type PlanScoreOptions } from '../replay/scorer.ts'
import type { AgeTraces } from '../timeline/age-traces.ts'
import {
  markDone,
  tryClaim,
  receivedLog,
  releaseResult,
  reserveResult,
  type JobClaims,
  type SentLog,
  type SentScoring,
} from './shared-memory.ts'

export interface PlanThreadData {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly log: SentLog
  readonly traces: AgeTraces
  /** Bytes of columns that the thread keeps. */
  readonly columnBytes: number
}

/** The first message: what to compute for each plan. */
export interface PlanThreadStart {
  /** The cases to compute; default all. */
  readonly selection: CaseSelection | undefined
  readonly scored: SentScoring | undefined
  /** True if columns are returned, for plans that read them again. */
  readonly isKept: boolean
  readonly claims: JobClaims
}

export interface PlanJob {
  /** The index of the job. */
  readonly number: number
  readonly plan: readonly (readonly [string, ElementSetting])[]
}

/** The precomputed data of a plan. */
export interface PlanResult {
  /** The columns of each group read, for the selected cases; absent where they are not kept. */
  readonly columns?: readonly GroupColumns[]
  readonly scores: readonly PlanScore[]
  /** The notes on all models that the thread has trained. */
  readonly refitNotes: RetrainingNotes
}

export interface PlanScore {
  readonly arm: Arm
  readonly score: Float64Array
  /** The AUC over the block `test`; absent with inverse-propensity weights. */
  readonly auc?: number | null
}

export interface PlanJobDone {
  readonly number: number
  /** Absent on failure: the main thread then computes the plan and sees the error. */
  readonly planResult?: PlanResult
}

const { ir, model, log, traces, columnBytes } = workerData as PlanThreadData
const port = parentPort!
const received = receivedLog(ir, log)
const replays = new Replays({ ir, model }, received, traces, { columnBytes, isShared: true })
const scorer = new Scorer({ ir, scores: new Map() }, model, received.strings)

replays.buildPrefixSums()

async function runJob({ selection, scored, isKept, claims }: PlanThreadStart, { number, plan }: PlanJob): Promise<void> {
  reserveResult(claims)
  if (!tryClaim(claims, number)) return releaseResult(claims)
  try {
    const result = await computePlan({ selection, scored, isKept }, new Map(plan))
    port.postMessage({ number, planResult: result } satisfies PlanJobDone)
  } catch {
    port.postMessage({ number } satisfies PlanJobDone)
  }
  markDone(claims, number)
}

async function computePlan(
  { selection, scored, isKept }: StrictOmit<PlanThreadStart, 'claims'>,
  plan: ReadonlyMap<string, ElementSetting>,
): Promise<PlanResult> {
  const replayed = replays.under(plan, selection)
  const scores = scored ? await scoresOf(replayed, scored, { selection, keepsColumns: isKept }) : []
  const columns = isKept ? [...replayed.inputs.features.values()].map(feature => feature.columns.out) : undefined
  return { ...(columns && { columns }), scores, refitNotes: scorer.refits.noteData }
}

async function scoresOf(
  replayed: Replayed,
  { cases, rows, arms, isRanked }: SentScoring,
  options: StrictOmit<PlanScoreOptions, 'rows'>,
): Promise<PlanScore[]> {
  const scores = await scorer.planScores(replayed, cases, arms, { ...options, rows })
  return arms.map((arm, i) => ({ arm, score: scores[i], ...(isRanked && { auc: aucOf(cases, scores[i], cases.blocks.test) }) }))
}

port.once('message', (begin: PlanThreadStart) => {
  if (begin.scored?.running) scorer.setRunningModels(begin.scored.running)
  // Jobs run in turn, although a job may await.
  let queue = Promise.resolve()
  port.on('message', (job: PlanJob) => {
    queue = queue.then(() => runJob(begin, job))
  })
})
