/**
 * Stage times of decisions: how long each stage of a decision batch took. They are measured beside the decisions; no decision contains
 * them, and a replay ignores them.
 *
 * One measurement for each batch, since its decisions are made together. Durations are by the stopwatch, which never goes back; one
 * wall-clock time says when they were.
 */
import type { DecisionTraceContext, StageMs } from '../../base/node/index.ts'
import type { StoredDecisionBatch } from '../../log/index.ts'

/** Times of the turn that appended a segment, ms by the stopwatch: first record received, turn begun, entries appended. */
export interface TurnTimes {
  readonly receivedAt: number
  readonly startedAt: number
  readonly appendedAt: number
  /** Start of the turn, UTC ms by the wall clock that stamps arrivals. */
  readonly startedAtUtc: number
}

/** Times of a decision batch, ms by the stopwatch: begun, features read, scored. */
export interface DecisionTimes {
  readonly begun: number
  readonly features: number
  readonly scored: number
}

/** Freshness of a decision batch: by feature group, how many decisions read it within its objective. */
export interface BatchFreshness {
  readonly decisions: number
  readonly within: ReadonlyMap<string, number>
}

/** Times of a decision batch. Entries that a process found undecided in the log have no turn. */
export interface BatchTimes extends DecisionTimes {
  readonly turn: TurnTimes | undefined
  /** Absent if the model reads no feature group with an objective. */
  readonly freshness?: BatchFreshness | undefined
  /** Trace contexts of its requests; absent without any. */
  readonly traces?: readonly DecisionTraceContext[]
}

/** The stage times of one decision batch. */
export interface StageSample {
  readonly model: string
  /** Sequence numbers of the first and last triggering entry, and the number of decisions. */
  readonly first: number
  readonly last: number
  readonly count: number
  /** Identifies the batch among those of the same entries: the checksum at the end of its bytes. */
  readonly sum: number
  /** Start of the decisions, UTC ms. */
  readonly at: number
  readonly stages: StageMs
  /** Trace contexts of its requests; absent without any. */
  readonly traces?: readonly DecisionTraceContext[]
}

/** A decision batch that was given to the store. */
export interface CommittedBatch extends Pick<StageSample, 'model' | 'first' | 'last' | 'count' | 'sum'> {
  readonly times: BatchTimes
}

/** The identities of decision batches, while their bytes are still here; `times`: one for each batch. */
export const committedBatches = (decisions: readonly StoredDecisionBatch[], times: readonly BatchTimes[]): CommittedBatch[] =>
  decisions.map(({ model, first, last, count, bytes }, i) => ({ model, first, last, count, sum: decisionChecksum(bytes), times: times[i] }))

/** The checksum at the end of the bytes of a decision batch. */
export const decisionChecksum = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true)

/** The sample of a batch that is durable `now`, ms by the stopwatch. `wall`: the same time, UTC ms, for batches without a turn. */
export function stageSampleOf({ times, ...batch }: CommittedBatch, now: number, wall: number): StageSample {
  const { turn, begun, features, scored, traces } = times
  return {
    ...batch,
    ...(traces && { traces }),
    at: turn ? turn.startedAtUtc + (begun - turn.startedAt) : wall - (now - begun),
    stages: {
      ...(turn && {
        waited: toWholeMicros(turn.startedAt - turn.receivedAt),
        intake: toWholeMicros(turn.appendedAt - turn.startedAt),
        queued: toWholeMicros(begun - turn.appendedAt),
      }),
      features: toWholeMicros(features - begun),
      inference: toWholeMicros(scored - features),
      durable: toWholeMicros(now - scored),
    },
  }
}

/** Milliseconds rounded to whole microseconds, as they are stored. */
export const toWholeMicros = (ms: number): number => Math.round(ms * 1000) / 1000

/** End of each stage, UTC ms; also when the first record of the turn was received and the turn began. */
export interface StageMoments {
  readonly came?: number
  readonly turn?: number
  readonly appended?: number
  readonly begun: number
  readonly features: number
  readonly scored: number
  readonly durable: number
}

/** The times at which the stages of a sample ended. */
export function stageMomentsOf({ at, stages }: Pick<StageSample, 'at' | 'stages'>): StageMoments {
  const { waited, intake, queued, features, inference, durable } = stages
  const isKnown = waited !== undefined && intake !== undefined && queued !== undefined
  const after = (ms: number): number => toWholeMicros(at + ms)
  return {
    ...(isKnown && { came: after(-queued - intake - waited), turn: after(-queued - intake), appended: after(-queued) }),
    begun: after(0),
    features: after(features),
    scored: after(features + inference),
    durable: after(features + inference + durable),
  }
}
