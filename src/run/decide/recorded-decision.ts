/** Recorded decisions as people and scripts read them: one object a decision. */
import { EXPLORED } from '../../action/exploring.ts'
import { placeOf, type DecisionRecord } from '../../replay/decision-record.ts'
import type { Value } from '../../define/ir/ir.ts'
import { rowsOf } from '../../model/index.ts'
import { deliveredCell, readDecisions, type DecodedDecisions } from './decision-codec.ts'

/** A decision of a run: as a replay gives it, and the number of the log's entry that made it. */
export interface RecordedDecision extends Omit<DecisionRecord, 'position'> {
  readonly position?: DecisionRecord['position']
  readonly entry: number
  /** The version of the model that scored, where one was promoted. */
  readonly version?: number
  /** The version that scored beside it, where one did, and its score. */
  readonly challenger?: { readonly version: number; readonly score: number | null }
  /** By action that would have followed from it and was left undone, so that what comes of it is seen: the chance with which it was. */
  readonly explored?: Readonly<Record<string, number>>
}

/** Who waits for decisions. */
export interface Awaited {
  readonly resolve: (decisions: readonly RecordedDecision[]) => void
  readonly reject: (error: unknown) => void
}

/** The newest decisions of a stretch, the newest first, of those whose key `isAsked` for; none else is made an object of. Throws `SPILL_DATA` for damaged bytes. */
export function newestOf(bytes: Uint8Array, most: number, isAsked: (key: Value) => boolean): RecordedDecision[] {
  const decoded = readDecisions(bytes)
  const vectorOf = rowsOf(decoded.inputs, decoded.strings)
  const newest: RecordedDecision[] = []
  for (let row = decoded.length - 1; row >= 0 && newest.length < most; row--)
    if (isAsked(deliveredCell(decoded.keys, row, decoded.key, decoded.strings)))
      newest.push({ ...headOf(decoded, row), vector: vectorOf(decoded.vector, row), ...tailOf(decoded, row) })
  return newest
}

/** The decisions of a stretch, in order; those on one entry if it is named. Throws `SPILL_DATA` for damaged bytes. */
export function* recordedDecisions(bytes: Uint8Array, entry?: number): Generator<RecordedDecision> {
  const decoded = readDecisions(bytes)
  const vectorOf = rowsOf(decoded.inputs, decoded.strings)
  for (let row = 0; row < decoded.length; row++)
    if (entry === undefined || decoded.entry[row] === entry)
      yield { ...headOf(decoded, row), vector: vectorOf(decoded.vector, row), ...tailOf(decoded, row) }
}

function headOf({ model, t, entry, keys, ids, key, id, position, strings }: DecodedDecisions, row: number) {
  return {
    model,
    t: t[row],
    key: deliveredCell(keys, row, key, strings),
    ...(id && ids && { id: deliveredCell(ids, row, id, strings) }),
    entry: entry[row],
    ...(position && { position: placeOf(position[row]) }),
  }
}

function tailOf(decoded: DecodedDecisions, row: number) {
  const { score, refused, version, challenger, shadow, unscored, strings, reads, known, clock } = decoded
  const reason = refused.nulls?.[row] === 1 ? undefined : strings.textOf(refused.values[row])
  return {
    score: score.nulls?.[row] === 1 ? null : score.values[row],
    ...(version !== undefined && { version }),
    ...(challenger !== undefined &&
      shadow && { challenger: { version: challenger, score: shadow.nulls?.[row] === 1 ? null : shadow.values[row] } }),
    ...(unscored !== undefined && { unscored }),
    ...(reason !== undefined && { refused: reason }),
    ...exploredAt(decoded, row),
    read: Object.fromEntries(
      reads.map((name, i) => [name, { known: known[i][row], clock: Number.isFinite(clock[i][row]) ? clock[i][row] : null }]),
    ),
  }
}

function exploredAt({ explored }: DecodedDecisions, row: number): Pick<RecordedDecision, 'explored'> {
  const undone = explored.filter(({ fate }) => fate[row] === EXPLORED)
  return undone.length > 0 ? { explored: Object.fromEntries(undone.map(({ action, part }) => [action, part])) } : {}
}
