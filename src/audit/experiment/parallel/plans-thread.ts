/** A thread that makes what plans are judged by before they are asked for, from a copy of the history that all threads share. */
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
  /** How much of what it has computed it keeps. */
  readonly columnBytes: number
}

/** The first message: what is asked of plans. */
export interface Begin {
  /** All cases unless given. */
  readonly lookedAt: LookedAt | undefined
  readonly scored: SentScoring | undefined
  /** Whether columns are given back, for plans that will read them once more. */
  readonly isKept: boolean
  readonly claims: Claims
}

export interface Job {
  /** Its place among all jobs. */
  readonly number: number
  readonly plan: readonly (readonly [string, Setting])[]
}

/** What a plan is judged by. */
export interface Made {
  /** Of each group that is read, of the cases that are looked at; absent where they are not kept. */
  readonly columns?: readonly GroupColumns[]
  readonly scores: readonly MadeScore[]
  /** What is to be said of all models that the thread has trained. */
  readonly said: RefitsSaid
}

export interface MadeScore {
  readonly arm: Arm
  readonly score: Float64Array
  /** Of the block `test`; absent where decisions stand for others. */
  readonly auc?: number | null
}

export interface Done {
  readonly number: number
  /** None where it failed: whoever asks makes it, and sees why. */
  readonly made?: Made
}

const { ir, model, log, traces, columnBytes } = workerData as ThreadData
const port = parentPort!
const received = receivedLog(ir, log)
const replays = new Replays({ ir, model }, received, traces, new ColumnCache(columnBytes, true))
const scorer = new Scorer({ ir, scores: new Map() }, model, received.strings)

replays.sumUp()

async function make({ lookedAt, scored, isKept, claims }: Begin, { number, plan }: Job): Promise<void> {
  room(claims)
  if (!isClaimed(claims, number)) return leave(claims)
  try {
    const made = await madeOf({ lookedAt, scored, isKept }, new Map(plan))
    port.postMessage({ number, made } satisfies Done)
  } catch {
    port.postMessage({ number } satisfies Done)
  }
  done(claims, number)
}

async function madeOf({ lookedAt, scored, isKept }: Omit<Begin, 'claims'>, plan: ReadonlyMap<string, Setting>): Promise<Made> {
  const replayed = replays.under(plan, lookedAt)
  const scores = scored ? await scoresOf(replayed, scored, { lookedAt, isKept }) : []
  const columns = isKept ? [...replayed.inputs.features.values()].map(one => one.columns.out) : undefined
  return { ...(columns && { columns }), scores, said: scorer.refits.said }
}

async function scoresOf(
  replayed: Replayed,
  { cases, rows, arms, isRanked }: SentScoring,
  kept: Omit<PlanOptions, 'rows'>,
): Promise<MadeScore[]> {
  const scores = await scorer.ofPlan(replayed, cases, arms, { ...kept, rows })
  return arms.map((arm, i) => ({ arm, score: scores[i], ...(isRanked && { auc: aucOf(cases, scores[i], cases.blocks.test) }) }))
}

port.once('message', (begin: Begin) => {
  if (begin.scored?.running) scorer.runBy(begin.scored.running)
  // One after the other, though one may wait.
  let last = Promise.resolve()
  port.on('message', (job: Job) => {
    last = last.then(() => make(begin, job))
  })
})
