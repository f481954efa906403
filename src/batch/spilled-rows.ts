/**
 * Spills the rows of a batch run by partition, for more than memory holds while partitions wait for their turn, and reads them back one
 * partition at a time. A spill file is derived from the log, so it is never fsynced, and a crash leaves nothing to recover.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { SpillwayError } from '../base/index.ts'
import type { Block, Strings } from '../columns/index.ts'
import { logStartOf, makePrivateFolder, PRIVATE_FILE, type NamedValues, type SegmentLog } from '../log/index.ts'
import type { BatchPlan } from './batch-input.ts'
import type { BatchJob } from './job.ts'
import { encodeByPartition, decodeRows } from './encode-by-partition.ts'

/** First byte and length of each block of one partition. */
type BlockPlaces = readonly (readonly [at: number, length: number])[]

/** A spill file, and the bounds of the log that it is from. */
export interface SpilledRows extends Pick<BatchPlan, 'visibleCount'> {
  readonly path: string
  /** Blocks by partition. */
  readonly places: ReadonlyMap<number, BlockPlaces>
  /** Events that arrived up to here, UTC ms, are no longer in the log. */
  readonly forgotten: number
}

/**
 * Reads the log once and spills the requested partitions, over an existing file; calls `onBlock` after each block.
 * @throws `SPILL_STORE` if the file cannot be written.
 */
export function spillRows(
  store: SegmentLog & NamedValues,
  job: BatchJob,
  plan: BatchPlan,
  path: string,
  isRequested: (partition: number) => boolean,
  onBlock: () => void = () => {},
): SpilledRows {
  const file = writing(path, () => {
    makePrivateFolder(dirname(path))
    return openSync(path, 'w', PRIVATE_FILE)
  })
  const places = new Map<number, [number, number][]>()
  let end = 0
  try {
    for (const { partition, bytes } of encodeByPartition(store, job, plan, isRequested)) {
      writing(path, () => {
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      })
      const placesOfPartition = places.get(partition) ?? []
      places.set(partition, placesOfPartition)
      placesOfPartition.push([end, bytes.length])
      end += bytes.length
      onBlock()
    }
  } finally {
    closeSync(file)
  }
  return { path, places, visibleCount: plan.visibleCount, forgotten: logStartOf(store).arrival }
}

function writing<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw new SpillwayError('SPILL_STORE', `cannot be written: ${(error as Error).message}`, { place: path, cause: error })
  }
}

/**
 * Yields the rows of one partition.
 * @throws `SPILL_STORE` if the file has been truncated.
 */
export function* spilledBlocks({ path, places }: SpilledRows, partition: number, job: BatchJob, strings: Strings): Generator<Block> {
  const file = openSync(path, 'r')
  try {
    for (const [at, length] of places.get(partition) ?? []) {
      const bytes = new Uint8Array(length)
      if (readSync(file, bytes, 0, length, at) < length)
        throw new SpillwayError('SPILL_STORE', 'is truncated: it ends before the rows that were written to it', { place: path })
      yield decodeRows(bytes, job, strings)
    }
  } finally {
    closeSync(file)
  }
}
