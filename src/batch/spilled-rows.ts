/** Spills the rows of a batch run by partition, and reads them back one partition at a time. */
import type { Block, Strings } from '../columns/index.ts'
import { logStartOf, type NamedValues, type SegmentLog } from '../log/index.ts'
import type { BatchPlan } from './job-events.ts'
import type { BatchJob } from './job.ts'
import { encodeByPartition, decodeRows } from './encode-by-partition.ts'
import { readBlocksAt, SpillFile, type BlockPlaces } from './spill-file.ts'

/** A spill file, and the bounds of the log that it is from. */
export interface SpilledRows {
  readonly path: string
  /** Blocks by partition. */
  readonly places: ReadonlyMap<number, BlockPlaces>
  readonly known: number
  /** Events that arrived up to here, UTC ms, are no longer in the log. */
  readonly forgotten: number
}

/**
 * Reads the log once and spills the requested partitions; calls `onStretch` after each block.
 * @throws `SPILL_STORE` if the file cannot be written.
 */
export function spillRows(
  store: SegmentLog & NamedValues,
  job: BatchJob,
  plan: BatchPlan,
  path: string,
  isWanted: (partition: number) => boolean,
  onStretch: () => void = () => {},
): SpilledRows {
  const file = new SpillFile(path)
  try {
    const stretches = encodeByPartition(store, job, plan, isWanted)
    for (;;) {
      const next = stretches.next()
      if (next.done) return { path, places: file.places, known: next.value, forgotten: logStartOf(store).arrival }
      file.add(next.value)
      onStretch()
    }
  } finally {
    file.close()
  }
}

/** Yields the rows of one partition. Returns the number of visible events. */
export function* spilledBlocks(
  { path, places, known }: SpilledRows,
  partition: number,
  job: BatchJob,
  strings: Strings,
): Generator<Block, number> {
  for (const bytes of readBlocksAt(path, places.get(partition) ?? [])) yield decodeRows(bytes, job, strings)
  return known
}
