/** A worker thread that precomputes the inputs and scores of plans from the shared copy of a history. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ModelIR, PipelineIR } from '../../../define/ir/ir.ts'
import type { Setting } from '../../domain/element.ts'
import { aucOf } from '../../value/ranking.ts'
import { ColumnCache, type GroupColumns } from '../timeline/column-cache.ts'
import type { LookedAt } from '../timeline/judged-range.ts'
import type { RefitsSaid } from '../refit/refits.ts'
import { Replays, type Replayed } from '../replay/replays.ts'
import { Scorer, type Arm, type PlanOptions } from '../replay/scorer.ts'
import type { Traces } from '../timeline/traces.ts'
import { done, isClaimed, leave, room, type Claims } from './claims.ts'
import { receivedLog, type SentLog, type SentScoring } from './shared-log.ts'

export interface ThreadData {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly log: SentLog
  readonly traces: Traces
  /** Bytes of columns that the thread keeps. */
  readonly columnBytes: number
}

/** The first message: what to compute for each plan. */
export interface Begin {
  /** The cases to compute; default all. */
  readonly selection: LookedAt | undefined
  readonly scored: SentScoring | undefined
  /** True if columns are returned, for plans that read them again. */
  readonly isKept: boolean
  readonly claims: Claims
}

export interface Job {
  /** The index of the job. */
  readonly number: number
  readonly plan: readonly (readonly [string, Setting])[]
}

/** The precomputed data of a plan. */
export interface Made {
  /** The columns of each group read, for the selected cases; absent where they are not kept. */
  readonly columns?: readonly GroupColumns[]
  readonly scores: readonly MadeScore[]
  /** The notes on all models that the thread has trained. */
  readonly said: RefitsSaid
}

export interface MadeScore {
  readonly arm: Arm
  readonly score: Float64Array
  /** The AUC over the block `test`; absent with inverse-propensity weights. */
  readonly auc?: number | null
}

export interface Done {
  readonly number: number
  /** Absent on failure: the main thread then computes the plan and sees the error. */
  readonly made?: Made
}

const { ir, model, log, traces, columnBytes } = workerData as ThreadData
const port = parentPort!
const received = receivedLog(ir, log)
const replays = new Replays({ ir, model }, received, traces, new ColumnCache(columnBytes, true))
const scorer = new Scorer({ ir, scores: new Map() }, model, received.strings)

replays.sumUp()

async function runJob({ selection, scored, isKept, claims }: Begin, { number, plan }: Job): Promise<void> {
  room(claims)
  if (!isClaimed(claims, number)) return leave(claims)
  try {
    const result = await computePlan({ selection, scored, isKept }, new Map(plan))
    port.postMessage({ number, made: result } satisfies Done)
  } catch {
    port.postMessage({ number } satisfies Done)
  }
  done(claims, number)
}

async function computePlan({ selection, scored, isKept }: Omit<Begin, 'claims'>, plan: ReadonlyMap<string, Setting>): Promise<Made> {
  const replayed = replays.under(plan, selection)
  const scores = scored ? await scoresOf(replayed, scored, { selection, isKept }) : []
  const columns = isKept ? [...replayed.inputs.features.values()].map(feature => feature.columns.out) : undefined
  return { ...(columns && { columns }), scores, said: scorer.refits.said }
}

async function scoresOf(
  replayed: Replayed,
  { cases, rows, arms, isRanked }: SentScoring,
  options: Omit<PlanOptions, 'rows'>,
): Promise<MadeScore[]> {
  const scores = await scorer.ofPlan(replayed, cases, arms, { ...options, rows })
  return arms.map((arm, i) => ({ arm, score: scores[i], ...(isRanked && { auc: aucOf(cases, scores[i], cases.blocks.test) }) }))
}

port.once('message', (begin: Begin) => {
  if (begin.scored?.running) scorer.runBy(begin.scored.running)
  // Jobs run in turn, although a job may await.
  let queue = Promise.resolve()
  port.on('message', (job: Job) => {
    queue = queue.then(() => runJob(begin, job))
  })
})
