/**
 * What a run has in memory, made again from its log: append ids and the state of groups.
 *
 * The log is the only truth: everything else is what taking it from the beginning gives.
 */
import type { Strings } from '../columns/strings.ts'
import type { PipelineIR, SourceIR } from '../define/ir.ts'
import { AppendIds } from '../log/append-ids.ts'
import type { Log } from '../log/log.ts'
import type { Segment } from '../log/segment.ts'
import type { Decider } from './decider.ts'

export interface RecoverOptions {
  readonly ir: PipelineIR
  readonly log: Log
  readonly strings: Strings
  readonly decider: Decider
  readonly isLookedAt: (source: string, column: string) => boolean
  /** Decisions of entries below this are recorded: events up to there are applied, those behind wait for their decisions. */
  readonly decided: number
  /** Entries taken, of all. */
  readonly onProgress?: ((entries: number, of: number) => void) | undefined
}

/** Takes the whole log, and gives the ids within `dedupe` by source. Throws `SPILL_DATA` for a damaged segment. */
export function recover({ ir, log, strings, decider, isLookedAt, decided, onProgress }: RecoverOptions): Map<string, AppendIds> {
  const ids = new Map(
    ir.sources.filter(({ id }) => id !== undefined).map(source => [source.name, new AppendIds(source.name, source.dedupe)]),
  )
  for (const segment of log.segments(0, log.end, { stringsOf: () => strings, wanted: isLookedAt })) {
    for (const source of ir.sources) rememberIds(source, ids.get(source.name), segment, log.notBefore)
    if (segment.first < decided) decider.apply(segment)
    onProgress?.(segment.first + segment.length, log.end)
  }
  return ids
}

function rememberIds({ name, dedupe }: SourceIR, known: AppendIds | undefined, { first, order, sources }: Segment, now: number): void {
  const index = sources.findIndex(({ source }) => source === name)
  const rows = sources[index]
  if (!known || !rows?.ids) return
  const { ids, block } = rows
  if (block.arrival[block.length - 1] < now - dedupe) return
  for (let entry = 0, row = 0; row < block.length; entry++) {
    if (order && order[entry] !== index) continue
    if (ids.high[row] !== 0 || ids.low[row] !== 0) known.add(ids.high[row], ids.low[row], first + entry, block.arrival[row])
    row++
  }
}
