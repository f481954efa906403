/** The events that a batch run reads: of its source, as far back as a window reaches, those that had arrived by its time. */
import type { Block } from '../columns/block.ts'
import { countUpTo } from '../columns/order.ts'
import { blockSlice } from '../columns/slice.ts'
import type { Strings } from '../columns/strings.ts'
import { columnsLookedAt } from '../decision/reads.ts'
import type { GroupIR, SourceIR } from '../define/ir/ir.ts'
import { identityColumns } from '../kernel/superseded.ts'
import { Log } from '../log/log.ts'
import { countBefore } from '../log/segment.ts'
import type { StoredLog } from '../log/store.ts'
import type { Job } from './job.ts'
import { partitionsFor } from './partition.ts'

/** Where a run begins to read, and into how many partitions its keys are parted: functions of the log up to its cut. */
export interface Plan {
  readonly from: number
  readonly partitions: number
}

export function planOf(log: Log, { group, source, s, cut, partitions }: Job): Plan {
  const from = Math.min(cut, log.since(s - reachOf(group)))
  if (canMove(group, source)) return { from, partitions: 1 }
  return { from, partitions: partitions ?? partitionsFor(log.eventsOf(source.name, cut) - log.eventsOf(source.name, from)) }
}

/** May a revision be of another key of the group than what it supersedes? Then the two must not be in different partitions. */
const canMove = ({ key }: GroupIR, source: SourceIR): boolean =>
  source.identity !== undefined && key.some(name => !identityColumns(source).includes(name))

/** The log of a job, whose texts get their ids in `strings`. */
export const logOf = (store: StoredLog, { sources }: Job, strings: Strings): Log => new Log(store, { sources, stringsOf: () => strings })

/** Blocks in the order of the log, with the columns that the group looks at; in the end, how many events were known, of all that the log ever had. */
export function* eventsOf(log: Log, from: number, { group, source, s, cut }: Job, strings: Strings): Generator<Block, number> {
  const needed = columnsOf({ group, source })
  const wanted = (of: string, column: string) => of === source.name && needed.has(column)
  let known = from < cut ? undefined : log.eventsOf(source.name, cut)
  for (const segment of log.segments(from, cut, { stringsOf: () => strings, wanted })) {
    known ??= countBefore(segment, source.name)
    const block = segment.sources.find(rows => rows.source === source.name)?.block
    if (!block) continue
    const [rows] = countUpTo(block.arrival, Float64Array.of(s))
    known += rows
    if (rows > 0) yield blockSlice(block, 0, rows)
    if (rows < block.length) break
  }
  return known ?? 0
}

/** Columns of the source that the group's features and its key look at. */
export const columnsOf = ({ group, source }: Pick<Job, 'group' | 'source'>): ReadonlySet<string> =>
  columnsLookedAt({ sources: [source], groups: [group], models: [] }).get(source.name)!

/** How far back from its clock a group's windows reach, ms. */
export const reachOf = ({ features }: GroupIR): number =>
  Math.max(0, ...features.map(({ window, hop }) => (window === 'lifetime' ? Infinity : window + hop)))
