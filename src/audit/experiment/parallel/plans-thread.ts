/** A worker thread that precomputes the inputs and scores of plans from the shared copy of a history. */
import type { StrictOmit } from '../../../base/index.ts'
import { parentPort, workerData } from 'node:worker_threads'
import type { ModelIR, PipelineIR } from '../../../define/ir/index.ts'
import type { Plan } from '../../domain/element.ts'
import { aucOf } from '../../value/auc.ts'
import type { GroupColumns } from '../timeline/case-columns.ts'
import type { CaseSelection } from '../timeline/case-selection.ts'
import type { RetrainingNotes } from '../retraining/retrained-models.ts'
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

/** The message to a thread: the plans, and what to compute for each. */
export interface PlanThreadStart {
  /** By job. */
  readonly plans: readonly Plan[]
  /** The cases to compute; default all. */
  readonly selection: CaseSelection | undefined
  readonly scored: SentScoring | undefined
  /** True if columns are returned, for plans that read them again. */
  readonly keepsColumns: boolean
  readonly claims: JobClaims
}

/** The precomputed data of a plan. */
export interface PlanResult {
  /** The columns of each group read, for the selected cases; absent where they are not kept. */
  readonly columns?: readonly GroupColumns[]
  readonly scores: readonly PlanScore[]
  /** The notes on all models that the thread has trained. */
  readonly retrainingNotes: RetrainingNotes
}

export interface PlanScore {
  readonly arm: Arm
  readonly score: Float64Array
  /** The AUC over the block `test`; absent with inverse-propensity weights. */
  readonly auc?: number | null
}

export interface PlanJobDone {
  readonly job: number
  /** Absent on failure: the main thread then computes the plan and sees the error. */
  readonly planResult?: PlanResult
}

const { ir, model, log, traces, columnBytes } = workerData as PlanThreadData
const port = parentPort!
const received = receivedLog(ir, log)
const replays = new Replays({ ir, model }, received, traces, { columnBytes, isShared: true })
const scorer = new Scorer({ ir, scores: new Map() }, model, received.strings)

replays.buildPrefixSums()

/** There is one message. The listener keeps the thread alive: its end would say that the plans of the other threads have failed. */
port.on('message', async (start: PlanThreadStart) => {
  const { plans, scored, claims } = start
  if (scored?.running) scorer.setRunningModels(scored.running)
  for (const [job, plan] of plans.entries()) {
    reserveResult(claims)
    if (tryClaim(claims, job)) {
      const planResult = await computePlan(start, plan).catch(() => undefined)
      port.postMessage({ job, ...(planResult && { planResult }) } satisfies PlanJobDone)
      markDone(claims, job)
    } else releaseResult(claims)
  }
})

async function computePlan({ selection, scored, keepsColumns }: PlanThreadStart, plan: Plan): Promise<PlanResult> {
  const replayed = replays.under(plan, selection)
  const scores = scored ? await scoresOf(replayed, scored, { selection, keepsColumns }) : []
  const columns = keepsColumns ? [...replayed.inputs.features.values()].map(feature => feature.columns.out) : undefined
  return { ...(columns && { columns }), scores, retrainingNotes: scorer.retrained.noteData }
}

async function scoresOf(
  replayed: Replayed,
  { cases, rows, arms, isRanked }: SentScoring,
  options: StrictOmit<PlanScoreOptions, 'rows'>,
): Promise<PlanScore[]> {
  const scores = await scorer.planScores(replayed, cases, arms, { ...options, rows })
  return arms.map((arm, i) => ({ arm, score: scores[i], ...(isRanked && { auc: aucOf(cases, scores[i], cases.blocks.test) }) }))
}
