/**
 * Computes one partition of a batch run: the features of the partition's keys at a scheduled time, from all events that had arrived by
 * then (semantics, decisions and placements). For a hybrid group it gives the kernel's state instead, which is the snapshot.
 *
 * Invariant: a part is a function of the log and the number of partitions, so computing it again gives the same bytes. Memory: the windows
 * of the partition.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Block, Strings } from '../columns/index.ts'
import { Kernel, rejectIncomplete } from '../kernel/index.ts'
import { logStartOf, type NamedValues, type SegmentLog } from '../log/index.ts'
import { batchInput, batchPlan, type BatchPlan } from './batch-input.ts'
import { FrameWriter } from './frames.ts'
import type { BatchJob, ResultPart } from './job.ts'
import { decodeRows, encodeByPartition, type EncodedRows } from './encode-by-partition.ts'
import { ResultWriter } from './result.ts'
import { spillRows, spilledBlocks, type SpilledRows } from './spilled-rows.ts'
import { stateBlocks } from './snapshot-format.ts'

/** Up to so many partitions, each reads the log itself; above, rows are spilled by partition. */
const READINGS_MAX = 2
/** Keys of one block of a result. */
const BLOCK_KEYS = 1 << 12

/** Yields the blocks of a part, and returns its summary. */
export type PartitionComputation = Generator<PartBlock, ResultPart>

/** One block of one partition. */
export interface PartBlock {
  readonly partition: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Computes a partition, reading the log directly.
 * @throws `SPILL_DATA` where the log is damaged, and the limit errors of the kernel.
 */
export function computeFromLog(store: SegmentLog & NamedValues, job: BatchJob, plan: BatchPlan, partition: number): PartitionComputation {
  const strings = new Strings()
  const blocks =
    plan.partitions === 1
      ? batchInput(store, job, plan, strings)
      : decodedBlocks(
          encodeByPartition(store, job, plan, candidate => candidate === partition),
          job,
          strings,
        )
  const { partitions: of, visibleCount } = plan
  return computePartition(blocks, strings, job, { partition, of, visibleCount, forgotten: logStartOf(store).arrival })
}

function* decodedBlocks(encoded: Iterable<EncodedRows>, job: BatchJob, strings: Strings): Generator<Block> {
  for (const { bytes } of encoded) yield decodeRows(bytes, job, strings)
}

/**
 * Computes a partition from spilled rows.
 * @throws the limit errors of the kernel.
 */
export function computeFromSpill(spilled: SpilledRows, job: BatchJob, partition: number, of: number): PartitionComputation {
  const strings = new Strings()
  const { visibleCount, forgotten } = spilled
  return computePartition(spilledBlocks(spilled, partition, job, strings), strings, job, { partition, of, visibleCount, forgotten })
}

/**
 * Computes the parts of a job one after the other, in this thread: all, or the `requested` partitions. Spilled rows lie among the system's
 * temporary files.
 */
export function* computeParts(
  store: SegmentLog & NamedValues,
  job: BatchJob,
  requested?: ReadonlySet<number>,
): Generator<PartBlock, ResultPart[]> {
  const plan = batchPlan(store, job, new Strings())
  const isRequested = (partition: number): boolean => requested?.has(partition) ?? true
  const partitions = Array.from({ length: plan.partitions }, (_, partition) => partition).filter(isRequested)
  const parts: ResultPart[] = []
  if (partitions.length <= READINGS_MAX) {
    for (const partition of partitions) parts.push(yield* computeFromLog(store, job, plan, partition))
    return parts
  }
  const folder = mkdtempSync(join(tmpdir(), 'spillway-rows-'))
  try {
    const spilled = spillRows(store, job, plan, join(folder, 'run.rows'), isRequested)
    for (const partition of partitions) parts.push(yield* computeFromSpill(spilled, job, partition, plan.partitions))
    return parts
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A partition, and the bounds of the log that it is computed from. */
interface PartitionInput extends Pick<BatchPlan, 'visibleCount'> {
  readonly partition: number
  readonly of: number
  /** Events that arrived up to here, UTC ms, are no longer in the log. */
  readonly forgotten: number
}

function* computePartition(
  blocks: Iterable<Block>,
  strings: Strings,
  { group, source, asOf, cut }: BatchJob,
  { partition, of, visibleCount: known, forgotten }: PartitionInput,
): PartitionComputation {
  const kernel = new Kernel(group, source, { strings })
  let read = 0
  for (const block of blocks) {
    kernel.apply(block)
    read += block.length
  }
  if (group.place.kind === 'hybrid') {
    const frames = new FrameWriter()
    for (const bytes of stateBlocks(kernel, strings, cut, frames)) yield { partition, bytes }
    return { partition, of, known, read, keys: kernel.keyCount, ...frames.digest() }
  }
  const writer = new ResultWriter(group, source, strings)
  for (let from = 0; from < kernel.keyCount; from += BLOCK_KEYS) {
    const to = Math.min(kernel.keyCount, from + BLOCK_KEYS)
    const keys = kernel.keysOfSlots(from, to)
    const times = new Float64Array(to - from).fill(asOf)
    const features = kernel.read(keys, times)
    if (forgotten > -Infinity) rejectIncomplete(group.features, features, times, forgotten)
    yield { partition, bytes: writer.write({ length: to - from, keys, features }) }
  }
  return { partition, of, known, read, keys: kernel.keyCount, ...writer.digest() }
}
