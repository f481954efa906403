/** The input of a batch run: the events of its source that had arrived by its time, as far back as a window reaches. */
import { type Block, countUpTo, sliceBlock, type Strings } from '../columns/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { identityColumns } from '../kernel/index.ts'
import { Log, type NamedValues, type SegmentLog } from '../log/index.ts'
import { columnsReadBy, windowReach } from './group-definition.ts'
import type { BatchJob } from './job.ts'
import { partitionCount } from './key-partitioner.ts'

/** Functions of the log up to the cut. */
export interface BatchPlan {
  /** First log entry that is read. */
  readonly from: number
  readonly partitions: number
  /** Number of visible events of the source, of all that the log ever had. */
  readonly visibleCount: number
}

/** Plans the read of a job. */
export function batchPlan(store: SegmentLog & NamedValues, job: BatchJob, strings: Strings): BatchPlan {
  const { group, source, asOf, cut, partitions } = job
  const log = logOf(store, job, strings)
  const from = Math.min(cut, log.firstEntrySince(asOf - windowReach(group)))
  const events = (): number => log.countEventsBefore(source.name, cut) - log.countEventsBefore(source.name, from)
  return {
    from,
    partitions: canMove(group, source) ? 1 : (partitions ?? partitionCount(events())),
    visibleCount: visibleCount(log, job),
  }
}

/** Can a revision change the key of the event that it supersedes? Then both must be in one partition. */
const canMove = ({ key }: GroupIR, source: SourceIR): boolean =>
  source.identity !== undefined && key.some(name => !identityColumns(source).includes(name))

/** Counts events without reading them, but for those of the first segments that may have later arrivals. */
function visibleCount(log: Log, { source, asOf, cut }: BatchJob): number {
  const from = Math.min(cut, log.firstEntrySince(asOf + 1))
  let count = log.countEventsBefore(source.name, from)
  for (const segment of log.segments(from, cut, { columnFilter: () => false })) {
    const block = segment.sources.find(rows => rows.source === source.name)?.block
    if (!block) continue
    const { length } = arrivedBy(block, asOf)
    count += length
    if (length < block.length) break
  }
  return count
}

/** Yields blocks in log order with the columns that the group reads; texts get their ids in `strings`. */
export function* batchInput(store: SegmentLog & NamedValues, job: BatchJob, { from }: BatchPlan, strings: Strings): Generator<Block> {
  const { group, source, asOf, cut } = job
  const needed = columnsReadBy(group, source)
  const columnFilter = (of: string, column: string) => of === source.name && needed.has(column)
  for (const segment of logOf(store, job, strings).segments(from, cut, { columnFilter })) {
    const block = segment.sources.find(rows => rows.source === source.name)?.block
    if (!block) continue
    const arrived = arrivedBy(block, asOf)
    if (arrived.length > 0) yield arrived
    if (arrived.length < block.length) return
  }
}

const logOf = (store: SegmentLog & NamedValues, { sources }: BatchJob, strings: Strings): Log =>
  new Log(store, { sources, stringsOf: () => strings })

/** The events of a block that had arrived by a time, UTC ms. */
export function arrivedBy(block: Block, time: number): Block {
  const [rows] = countUpTo(block.arrival, Float64Array.of(time))
  return rows < block.length ? sliceBlock(block, 0, rows) : block
}
