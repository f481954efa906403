/** Shared memory of the threads: the columns of a history, copied once for all threads; cases; and the claims of jobs. */
import type { StrictOmit } from '../../../base/index.ts'
import { Strings, sharedArray, sharedBlock, sharedColumns } from '../../../columns/index.ts'
import { type ModelIR, type PipelineIR, type SourceIR, isExternalScore } from '../../../define/ir/index.ts'
import { replayLog, type ReplayLog, type Requests } from '../../../replay/index.ts'
import type { CaseSelection } from '../timeline/case-selection.ts'
import type { LabelledCases } from '../retraining/retrained-models.ts'
import type { Arm, RunningScore } from '../replay/scorer.ts'
import type { RowRange } from '../../domain/cases.ts'

export interface SentLog extends StrictOmit<ReplayLog, 'strings' | 'prefixes' | 'requests'> {
  /** By id. */
  readonly texts: readonly string[]
  /** The requests to the model, where it decides on request. */
  readonly requests: ReadonlyMap<string, SentRequests>
}

interface SentRequests extends StrictOmit<Requests, 'prefixes'> {
  /** By source. */
  readonly prefixes: ReadonlyMap<string, Int32Array>
}

/** True if scores and retrained models need no function, file or command of the user's. */
export const isScoredByDefinition = ({ score, train }: ModelIR): boolean =>
  !isExternalScore(score) && (train === undefined || typeof train.algorithm === 'string')

export function sentLog({ sources }: PipelineIR, { name }: ModelIR, log: ReplayLog): SentLog {
  const { strings, prefixes: _, requests, order, ...rest } = log
  const histories = [...log.histories].map(([source, history]) => [source, { ...history, block: sharedBlock(history.block) }] as const)
  const modelRequests = requests.get(name)
  return {
    ...rest,
    histories: new Map(histories),
    order: { length: order.length, source: sharedArray(order.source), row: sharedArray(order.row) },
    requests: new Map(modelRequests && [[name, sentRequests(modelRequests, sources)]]),
    texts: Array.from({ length: strings.size }, (_, id) => strings.textOf(id)),
  }
}

const sentRequests = ({ t, prefixes, columns }: Requests, sources: readonly SourceIR[]): SentRequests => ({
  t: sharedArray(t),
  prefixes: new Map(sources.map(({ name }) => [name, sharedArray(prefixes(name))])),
  columns: sharedColumns(columns),
})

/** The log in the receiving thread, rebuilt by the constructor of the original, so that both answer by the same code. */
export function receivedLog(ir: PipelineIR, { texts, histories, requests, ...rest }: SentLog): ReplayLog {
  const strings = new Strings()
  for (const text of texts) strings.idOf(text)
  const received = [...requests].map(
    ([model, { prefixes, ...request }]) => [model, { ...request, prefixes: (of: string) => prefixes.get(of)! }] as const,
  )
  return replayLog(ir, histories, strings, { ...rest, requests: new Map(received) })
}

export const sentCases = (selection: CaseSelection | undefined): CaseSelection | undefined =>
  selection && { cases: sharedArray(selection.cases), places: sharedArray(selection.places) }

/** The data for scores beside the inputs; absent where a thread cannot score. */
export interface SentScoring {
  readonly cases: LabelledCases
  readonly rows: RowRange
  readonly arms: readonly Arm[]
  /** True if to compute the AUC: all inverse-propensity weights are 1. */
  readonly isRanked: boolean
  /** The models that score the arm `withoutRetraining`; default: the definition's own score. */
  readonly running?: readonly RunningScore[] | undefined
}

export function sentScoring(scoring: SentScoring | undefined): SentScoring | undefined {
  if (!scoring) return undefined
  const { length, t, label, isLabelled, eligible, blocks } = scoring.cases
  const cases = {
    length,
    t: sharedArray(t),
    label: sharedArray(label),
    isLabelled: sharedArray(isLabelled),
    eligible: sharedArray(eligible),
    blocks,
  }
  return { ...scoring, cases }
}

/** One word per job: 1 once claimed, 2 once done. The last word counts results that were made by threads and not used yet. */
export interface JobClaims {
  readonly words: Int32Array
  /** The maximum number of unused results. */
  readonly maxUnused: number
}

export const createClaims = (jobs: number, maxUnused: number): JobClaims => ({
  words: new Int32Array(new SharedArrayBuffer(4 * (jobs + 1))),
  maxUnused,
})

/** Claims a job; false if it is claimed already. */
export const tryClaim = ({ words }: JobClaims, job: number): boolean => Atomics.compareExchange(words, job, 0, 1) === 0

/** Marks a job as sent or failed. */
export const markDone = ({ words }: JobClaims, job: number): void => void Atomics.store(words, job, 2)

export const isDone = ({ words }: JobClaims, job: number): boolean => Atomics.load(words, job) === 2

/** Waits for room for one more result, and reserves it. */
export function reserveResult({ words, maxUnused }: JobClaims): void {
  const last = words.length - 1
  for (;;) {
    const unread = Atomics.load(words, last)
    if (unread >= maxUnused) Atomics.wait(words, last, unread)
    else if (Atomics.compareExchange(words, last, unread, unread + 1) === unread) return
  }
}

/** Releases a reservation: the result was used, or never made. */
export function releaseResult({ words }: JobClaims): void {
  const last = words.length - 1
  Atomics.sub(words, last, 1)
  Atomics.notify(words, last)
}
