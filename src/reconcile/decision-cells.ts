/** Recorded decisions, with access to their cells. */
import type { Value } from '../define/ir/index.ts'
import type { StoredDecisionBatch } from '../log/index.ts'
import { vectorRowReader } from '../model/index.ts'
import { deliveredCell, decodeDecisions } from '../run/decide/index.ts'
import type { RecordedCell } from './report.ts'

/** One recorded decision. */
export interface DecisionCells {
  /** Fingerprint of the pipeline that decided. */
  readonly fingerprint: string
  /** Entry of the log that triggered it. */
  readonly entry: number
  /** As-of time, UTC ms. */
  readonly t: number
  readonly key: Value
  readonly score: number | null
  /** Version of the model that scored, if one had been promoted. */
  readonly version: number | undefined
  /** Value of an input by name; undefined if it was not recorded. */
  readonly cell: (input: string) => RecordedCell | undefined
  /** Visible events and as-of time of a read, by `group(key columns)`. The as-of time before the first run of a schedule is −Infinity. */
  readonly read: (id: string) => { readonly visible: number; readonly clock: number } | undefined
}

/** Decodes a decision batch, in order. Throws `SPILL_DATA` for damaged bytes. */
export function* decisionCellsIn({ bytes }: StoredDecisionBatch): Generator<DecisionCells> {
  const decoded = decodeDecisions(bytes)
  const { length, fingerprint, entry, t, keys, key, strings, inputs, score, reads, visibleCounts, asOfTimes } = decoded
  const slots = new Map(inputs.map(({ name }, slot) => [name, slot]))
  const rowOf = vectorRowReader(
    inputs.map(({ expr }, slot) => ({ name: String(slot), expr })),
    strings,
  )
  for (let row = 0; row < length; row++) {
    const cells = rowOf(decoded.vector, row)
    yield {
      fingerprint,
      entry: entry[row],
      t: t[row],
      key: deliveredCell(keys, row, key, strings),
      score: score.nulls?.[row] === 1 ? null : score.values[row],
      version: decoded.version,
      cell: name => (slots.has(name) ? (cells[slots.get(name)!] as RecordedCell) : undefined),
      read(id) {
        const index = reads.indexOf(id)
        return index < 0 ? undefined : { visible: visibleCounts[index][row], clock: asOfTimes[index][row] }
      },
    }
  }
}
