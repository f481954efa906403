/**
 * What a run has in memory, made again: saved state, and from the log what came after it.
 *
 * The log is the only truth. State that is missing, damaged or of other definitions is made again from the log's beginning and reported; append ids and
 * live keys are those of the events that arrived recently enough. So a start costs a look at the end of the log, however long it is.
 */
import { SpillwayError } from '../base/errors.ts'
import type { Strings } from '../columns/strings.ts'
import type { PipelineIR } from '../define/ir.ts'
import { AppendIds } from '../log/append-ids.ts'
import type { Log } from '../log/log.ts'
import type { Segment } from '../log/segment.ts'
import type { LogStore } from '../log/store.ts'
import type { Remembered } from './appender.ts'
import { stateBytes, type Manifest } from './checkpointer.ts'
import type { Decider } from './decider.ts'
import type { LiveGroup } from './live-group.ts'

export interface RecoverOptions {
  readonly ir: PipelineIR
  readonly store: LogStore
  readonly log: Log
  readonly strings: Strings
  readonly decider: Decider
  readonly isLookedAt: (source: string, column: string) => boolean
  /** Decisions of entries below this are recorded: events up to there are applied, those behind wait for their decisions. */
  readonly decided: number
  /** What was saved with the strings that there are now. */
  readonly manifest: Manifest | undefined
  /** State that could not be used, in words. */
  readonly onReport: (report: string) => void
  /** Entries taken, of those to take. */
  readonly onProgress?: ((entries: number, of: number) => void) | undefined
}

/** Makes the decider's groups what they were, and gives what was accepted. Throws `SPILL_DATA` for a damaged segment. */
export function recover(options: RecoverOptions): Remembered {
  const { ir, store, log, strings, decider, isLookedAt, decided, onProgress } = options
  const ids = new Map(
    ir.sources.filter(({ id }) => id !== undefined).map(source => [source.name, new AppendIds(source.name, source.dedupe)]),
  )
  const originals = new Map(ir.sources.filter(({ identity }) => identity).map(({ name }) => [name, new AppendIds(name, Infinity)]))
  const starts = decider.groups.map(group => ({ group, from: restoreGroup(group, options), isBehind: true }))
  const ticksFrom = decider.live > 0 ? log.since(firstTick(options) - decider.live) : log.end
  const idsFrom = Math.min(
    originals.size > 0 ? 0 : log.end,
    ...ir.sources.filter(({ id }) => id !== undefined).map(({ dedupe }) => log.since(log.notBefore - dedupe)),
  )
  // A slice may be complete up to the middle of a segment, which is then read with its columns.
  const columnsAt = Math.min(ticksFrom, ...starts.map(({ from }) => from))
  const columnsFrom = Math.min(columnsAt, store.segmentAt(columnsAt)?.first ?? log.end)
  const first = Math.min(idsFrom, columnsFrom)
  const take = (segment: Segment): void => {
    const behind = segment.first + segment.length
    for (const source of ir.sources) {
      remember(ids.get(source.name), segment, source.name, 'ids', log.notBefore - source.dedupe)
      remember(originals.get(source.name), segment, source.name, 'identities', -Infinity)
    }
    onProgress?.(behind - first, log.end - first)
    if (segment.first >= decided) return
    for (const start of starts) {
      if (behind <= start.from) continue
      if (start.isBehind) start.group.startAfter(countBefore(segment, start.group.group.source))
      start.isBehind = false
    }
    decider.catchUp(
      segment,
      starts.filter(({ isBehind }) => !isBehind).map(({ group }) => group),
      behind > ticksFrom,
    )
  }
  for (const segment of log.segments(first, columnsFrom, { stringsOf: () => strings, wanted: () => false })) take(segment)
  for (const segment of log.segments(Math.max(first, columnsFrom), log.end, { stringsOf: () => strings, wanted: isLookedAt })) take(segment)
  for (const { group, isBehind } of starts) if (isBehind) group.startAfter(log.eventsOf(group.group.source, decided))
  return { ids, originals }
}

/** Gives the entry from which on the log is to be taken again for a group: 0 if nothing of it was saved, or can be used. */
function restoreGroup(group: LiveGroup, { manifest, store, onReport }: RecoverOptions): number {
  const files = manifest?.groups[group.group.name]
  if (!files) return 0
  const slices = files.map(file => stateBytes(store, file))
  const damaged = files[slices.indexOf(undefined)]
  if (slices.length > 0 && damaged !== undefined && slices.includes(undefined)) {
    onReport(`saved state ${damaged.name} of group '${group.group.name}' is missing or damaged; the group is made again from the log`)
    return 0
  }
  try {
    return Math.max(0, group.restore(slices.filter(bytes => bytes !== undefined)) + 1)
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_STATE') throw error
    onReport(`group '${group.group.name}' is made again from the log: ${error.message}`)
    return 0
  }
}

/** No tick that is not decided yet is before this, UTC ms: it stands behind what arrived before it. */
function firstTick({ store, log, decided }: RecoverOptions): number {
  if (decided === log.end) return log.notBefore
  return decided > 0 ? store.segmentAt(decided - 1)!.arrival : -Infinity
}

/** How many events of a source stand before a segment. */
const countBefore = ({ offsets }: Segment, source: string): number => (offsets[source] ?? []).reduce((sum, next) => sum + next, 0)

function remember(
  known: AppendIds | undefined,
  { first, order, sources }: Segment,
  source: string,
  kind: 'ids' | 'identities',
  since: number,
): void {
  const index = sources.findIndex(rows => rows.source === source)
  const rows = sources[index]
  const hashes = rows?.[kind]
  if (!known || !hashes || rows.block.arrival[rows.block.length - 1] < since) return
  const { arrival, length } = rows.block
  for (let entry = 0, row = 0; row < length; entry++) {
    if (order && order[entry] !== index) continue
    const [high, low] = [hashes.high[row], hashes.low[row]]
    if (high !== 0 || low !== 0) known.add(high, low, first + entry, arrival[row])
    row++
  }
}
