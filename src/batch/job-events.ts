/** The events of a batch run: those of its source that had arrived by its time, as far back as a window reaches. */
import { type Block, countUpTo, sliceBlock, type Strings } from '../columns/index.ts'
import { columnsRead } from '../decision/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { identityColumns } from '../kernel/index.ts'
import { Log, eventsBeforeSegment, type NamedValues, type SegmentLog } from '../log/index.ts'
import type { BatchJob } from './job.ts'
import { partitionCount } from './key-partitioner.ts'

/** First log entry of a run and its number of partitions: functions of the log up to the cut. */
export interface BatchPlan {
  readonly from: number
  readonly partitions: number
}

/** Plans the read of a job. */
export function batchPlan(log: Log, { group, source, s, cut, partitions }: BatchJob): BatchPlan {
  const from = Math.min(cut, log.firstEntrySince(s - windowReach(group)))
  if (canMove(group, source)) return { from, partitions: 1 }
  return {
    from,
    partitions: partitions ?? partitionCount(log.countEventsBefore(source.name, cut) - log.countEventsBefore(source.name, from)),
  }
}

/** Can a revision change the key of the event that it supersedes? Then both must be in one partition. */
const canMove = ({ key }: GroupIR, source: SourceIR): boolean =>
  source.identity !== undefined && key.some(name => !identityColumns(source).includes(name))

/** The log of a job; texts get their ids in `strings`. */
export const jobLog = (store: SegmentLog & NamedValues, { sources }: BatchJob, strings: Strings): Log =>
  new Log(store, { sources, stringsOf: () => strings })

/** Yields blocks in log order with the columns that the group reads. Returns the number of visible events, of all that the log ever had. */
export function* jobEvents(log: Log, from: number, { group, source, s, cut }: BatchJob, strings: Strings): Generator<Block, number> {
  const needed = jobColumns({ group, source })
  const wanted = (of: string, column: string) => of === source.name && needed.has(column)
  let visible = from < cut ? undefined : log.countEventsBefore(source.name, cut)
  for (const segment of log.segments(from, cut, { stringsOf: () => strings, wanted })) {
    visible ??= eventsBeforeSegment(segment, source.name)
    const block = segment.sources.find(rows => rows.source === source.name)?.block
    if (!block) continue
    const [rows] = countUpTo(block.arrival, Float64Array.of(s))
    visible += rows
    if (rows > 0) yield sliceBlock(block, 0, rows)
    if (rows < block.length) break
  }
  return visible ?? 0
}

/** Columns of the source that the features and the key read. */
export const jobColumns = ({ group, source }: Pick<BatchJob, 'group' | 'source'>): ReadonlySet<string> =>
  columnsRead({ sources: [source], groups: [group], models: [] }).get(source.name)!

/** Reach of a group: how far its windows reach back from the as-of time, ms. */
export const windowReach = ({ features }: GroupIR): number =>
  Math.max(0, ...features.map(({ window, hop }) => (window === 'lifetime' ? Infinity : window + hop)))
