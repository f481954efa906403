/**
 * What a run has in memory, made again from its log: append ids, feature state, and the decisions that were not recorded.
 *
 * The log is the only truth: everything else is what taking it from the beginning gives.
 */
import { Strings } from '../columns/strings.ts'
import { columnsLookedAt } from '../decision/reads.ts'
import type { PipelineIR, SourceIR } from '../define/ir.ts'
import { AppendIds } from '../log/append-ids.ts'
import type { Log } from '../log/log.ts'
import type { Segment } from '../log/segment.ts'
import type { Decider, LiveDecisions } from './decider.ts'

/** Where the texts of a column have their ids. */
export type StringsOf = (source: string, column: string) => Strings

export interface RecoverOptions {
  readonly ir: PipelineIR
  readonly log: Log
  readonly strings: Strings
  readonly decider: Decider
  /** Decisions of entries below this are recorded. */
  readonly decided: number
  /** Decisions that were not. */
  readonly onUnrecorded: (decisions: readonly LiveDecisions[], segment: Segment, stringsOf: StringsOf) => void
  /** Entries taken, of all. */
  readonly onProgress?: ((entries: number, of: number) => void) | undefined
}

/** Takes the whole log, and gives the ids within `dedupe` by source. Throws `SPILL_DATA` for a damaged segment. */
export function recover({ ir, log, strings, decider, decided, onUnrecorded, onProgress }: RecoverOptions): Map<string, AppendIds> {
  const ids = new Map(
    ir.sources.filter(({ id }) => id !== undefined).map(source => [source.name, new AppendIds(source.name, source.dedupe)]),
  )
  const lookedAt = columnsLookedAt(ir)
  const isLookedAt = (source: string, column: string): boolean => lookedAt.get(source)?.has(column) === true
  const take = (segment: Segment): readonly LiveDecisions[] => {
    for (const source of ir.sources) rememberIds(source, ids.get(source.name), segment, log)
    const decisions = decider.take(segment)
    onProgress?.(segment.first + segment.length, log.end)
    return decisions
  }
  for (const segment of log.segments(0, decided, { stringsOf: () => strings, wanted: isLookedAt })) take(segment)
  // To record a decision takes its key and id too.
  const passing = new Strings()
  const stringsOf: StringsOf = (source, column) => (isLookedAt(source, column) ? strings : passing)
  for (const segment of log.segments(decided, log.end, { stringsOf })) {
    onUnrecorded(take(segment), segment, stringsOf)
    passing.clear()
  }
  return ids
}

function rememberIds({ name, dedupe }: SourceIR, known: AppendIds | undefined, { first, order, sources }: Segment, log: Log): void {
  const index = sources.findIndex(({ source }) => source === name)
  const rows = sources[index]
  if (!known || !rows?.ids) return
  const { ids, block } = rows
  if (block.arrival[block.length - 1] < log.notBefore - dedupe) return
  for (let entry = 0, row = 0; row < block.length; entry++) {
    if (order && order[entry] !== index) continue
    if (ids.high[row] !== 0 || ids.low[row] !== 0) known.add(ids.high[row], ids.low[row], first + entry, block.arrival[row])
    row++
  }
}
