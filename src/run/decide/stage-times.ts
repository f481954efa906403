/**
 * How long each stage took of the decisions of a stretch, measured beside them: nothing of it is part of a decision, and a replay does not ask for it.
 *
 * One measurement a stretch, since its decisions are made together. Measured by the stopwatch, which never goes back; one moment by the wall clock says when that was.
 */
import type { StageMs } from '../../base/channels.ts'
import type { StoredDecisions } from '../../log/store.ts'

/** When what a segment holds came in, its turn began and it had its place in the log: ms by the stopwatch. */
export interface TakenAt {
  readonly came: number
  readonly turn: number
  readonly appended: number
  /** When the turn began, UTC ms by the wall clock that stamps arrivals. */
  readonly wall: number
}

/** When the decisions of a stretch were begun, their features were there, and their scores: ms by the stopwatch. */
export interface MadeAt {
  readonly begun: number
  readonly features: number
  readonly scored: number
}

/** Of one stretch of decisions: by feature group, how many read it within its objective. All of its decisions read each. */
export interface StretchFreshness {
  readonly decisions: number
  readonly within: ReadonlyMap<string, number>
}

/** Of one stretch; of what a process found undecided in its log it does not know when it came. */
export interface StretchTimes extends MadeAt {
  readonly taken: TakenAt | undefined
  /** Absent where no feature group that the model reads has an objective. */
  readonly freshness?: StretchFreshness | undefined
}

/** The stages of one stretch of decisions. */
export interface StageSample {
  readonly model: string
  /** Sequence numbers of the entries that made the first of them and the last, and how many they are. */
  readonly first: number
  readonly last: number
  readonly count: number
  /** What tells the stretch from others of the same entries: the checksum that its bytes end with. */
  readonly sum: number
  /** When the decisions were begun, UTC ms. */
  readonly at: number
  readonly stages: StageMs
}

/** A stretch that was given to the store. */
export interface GivenStretch extends Pick<StageSample, 'model' | 'first' | 'last' | 'count' | 'sum'> {
  readonly times: StretchTimes
}

/** Of stretches whose bytes have not been given away yet; `times` one a stretch. */
export const givenStretches = (decisions: readonly StoredDecisions[], times: readonly StretchTimes[]): GivenStretch[] =>
  decisions.map(({ model, first, last, count, bytes }, i) => ({ model, first, last, count, sum: sumOf(bytes), times: times[i] }))

/** The checksum that the bytes of a stretch end with. */
export const sumOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true)

/** The stages of a stretch that is durable `now`, ms by the stopwatch; `wall` is the same moment, UTC ms, for what nobody knows the arrival of. */
export function sampleOf({ times, ...stretch }: GivenStretch, now: number, wall: number): StageSample {
  const { taken, begun, features, scored } = times
  return {
    ...stretch,
    at: taken ? taken.wall + (begun - taken.turn) : wall - (now - begun),
    stages: {
      ...(taken && {
        waited: whole(taken.turn - taken.came),
        taken: whole(taken.appended - taken.turn),
        queued: whole(begun - taken.appended),
      }),
      features: whole(features - begun),
      inference: whole(scored - features),
      durable: whole(now - scored),
    },
  }
}

/** Milliseconds with whole microseconds, as they are kept. */
export const whole = (ms: number): number => Math.round(ms * 1000) / 1000

/** When each stage ended, UTC ms, and when the first record of the turn came in and the turn began. */
export interface StageMoments {
  readonly came?: number
  readonly turn?: number
  readonly appended?: number
  readonly begun: number
  readonly features: number
  readonly scored: number
  readonly durable: number
}

export function momentsOf({ at, stages }: Pick<StageSample, 'at' | 'stages'>): StageMoments {
  const { waited, taken, queued, features, inference, durable } = stages
  const isKnown = waited !== undefined && taken !== undefined && queued !== undefined
  const after = (ms: number): number => whole(at + ms)
  return {
    ...(isKnown && { came: after(-queued - taken - waited), turn: after(-queued - taken), appended: after(-queued) }),
    begun: after(0),
    features: after(features),
    scored: after(features + inference),
    durable: after(features + inference + durable),
  }
}
