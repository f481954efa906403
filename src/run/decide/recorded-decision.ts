/** Recorded decisions as objects, one for each decision, for people and scripts. */
import type { StrictOmit } from '../../base/index.ts'
import { EXPLORED } from '../../action/index.ts'
import { eventPositionOf, type DecisionRecord } from '../../replay/index.ts'
import type { Value } from '../../define/ir/index.ts'
import { vectorRowReader } from '../../model/index.ts'
import { deliveredCell } from '../../decision/index.ts'
import { decodeDecisions, type DecodedDecisions } from './decision-codec.ts'

/** A recorded decision: as a replay gives it, with the sequence number of the entry that triggered it. */
export interface RecordedDecision extends StrictOmit<DecisionRecord, 'position'> {
  readonly position?: DecisionRecord['position']
  readonly entry: number
  /** The promoted version that scored; absent if the score of the definition did. */
  readonly version?: number
  /** The challenger, and its score. */
  readonly challenger?: { readonly version: number; readonly score: number | null }
  /** Actions that were withheld for exploration, each with its probability. */
  readonly explored?: Readonly<Record<string, number>>
}

/** Receives decisions, or the error that prevented them. */
export interface DecisionReply {
  readonly resolve: (decisions: readonly RecordedDecision[]) => void
  readonly reject: (error: unknown) => void
}

/** Is a decision sought, by its key, time (UTC ms) and score? */
export type DecisionMatcher = (key: Value, t: number, score: number | null) => boolean

/**
 * The newest decisions of a decision batch that match, newest first. Other rows are not decoded to objects. Throws `SPILL_DATA` for damaged
 * bytes.
 */
export function newestDecisionsIn(bytes: Uint8Array, limit: number, matches: DecisionMatcher): RecordedDecision[] {
  const decoded = decodeDecisions(bytes)
  const vectorOf = vectorRowReader(decoded.inputs, decoded.strings)
  const newest: RecordedDecision[] = []
  for (let row = decoded.length - 1; row >= 0 && newest.length < limit; row--)
    if (matches(deliveredCell(decoded.keys, row, decoded.key, decoded.strings), decoded.t[row], scoreAt(decoded, row)))
      newest.push({ ...leadingFields(decoded, row), vector: vectorOf(decoded.vector, row), ...resultFields(decoded, row) })
  return newest
}

/** The decisions of a decision batch, in order; with `entry`, only those on this entry. Throws `SPILL_DATA` for damaged bytes. */
export function* recordedDecisions(bytes: Uint8Array, entry?: number): Generator<RecordedDecision> {
  const decoded = decodeDecisions(bytes)
  const vectorOf = vectorRowReader(decoded.inputs, decoded.strings)
  for (let row = 0; row < decoded.length; row++)
    if (entry === undefined || decoded.entry[row] === entry)
      yield { ...leadingFields(decoded, row), vector: vectorOf(decoded.vector, row), ...resultFields(decoded, row) }
}

/** A recorded decision without its inputs and without what it read. */
export type DecisionResult = StrictOmit<RecordedDecision, 'vector' | 'read'>

/** As `recordedDecisions`, without inputs: at a fraction of the cost where a decision has many. Throws `SPILL_DATA` for damaged bytes. */
export function* decisionResults(bytes: Uint8Array): Generator<DecisionResult> {
  const decoded = decodeDecisions(bytes)
  for (let row = 0; row < decoded.length; row++) yield { ...leadingFields(decoded, row), ...outcomeFields(decoded, row) }
}

function leadingFields({ model, t, entry, keys, ids, key, id, sourcePosition, strings }: DecodedDecisions, row: number) {
  return {
    model,
    t: t[row],
    key: deliveredCell(keys, row, key, strings),
    ...(id && ids && { id: deliveredCell(ids, row, id, strings) }),
    entry: entry[row],
    ...(sourcePosition && { position: eventPositionOf(sourcePosition[row]) }),
  }
}

function resultFields(decoded: DecodedDecisions, row: number) {
  const { reads, visibleCounts, asOfTimes } = decoded
  return {
    ...outcomeFields(decoded, row),
    read: Object.fromEntries(
      reads.map((name, i) => {
        const asOf = asOfTimes[i][row]
        return [name, { visibleEvents: visibleCounts[i][row], asOf: Number.isFinite(asOf) ? asOf : null }]
      }),
    ),
  }
}

const scoreAt = ({ score }: DecodedDecisions, row: number): number | null => (score.nulls?.[row] === 1 ? null : score.values[row])

function outcomeFields(decoded: DecodedDecisions, row: number) {
  const { rejected, version, challenger, challengerScore, unscored, strings } = decoded
  const reason = rejected.nulls?.[row] === 1 ? undefined : strings.textOf(rejected.values[row])
  return {
    score: scoreAt(decoded, row),
    ...(version !== undefined && { version }),
    ...(challenger !== undefined &&
      challengerScore && {
        challenger: { version: challenger, score: challengerScore.nulls?.[row] === 1 ? null : challengerScore.values[row] },
      }),
    ...(unscored !== undefined && { unscored }),
    ...(reason !== undefined && { rejected: reason }),
    ...exploredAt(decoded, row),
  }
}

function exploredAt({ explored }: DecodedDecisions, row: number): Pick<RecordedDecision, 'explored'> {
  const explorations = explored.filter(({ fate }) => fate[row] === EXPLORED)
  return explorations.length > 0 ? { explored: Object.fromEntries(explorations.map(({ action, part }) => [action, part])) } : {}
}
