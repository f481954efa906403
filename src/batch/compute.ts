/**
 * Computes one partition of a batch run: the features of the partition's keys at a scheduled time `s`, from all events that had arrived by
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
import { jobEvents, jobLog, batchPlan, type BatchPlan } from './job-events.ts'
import { FrameWriter } from './frames.ts'
import type { BatchJob, ResultPart } from './job.ts'
import { encodeByPartition, decodeRows } from './encode-by-partition.ts'
import { ResultWriter } from './result.ts'
import { spillRows, spilledBlocks } from './spilled-rows.ts'
import { stateBlocks } from './kernel-state.ts'

/** Up to so many partitions, each reads the log itself; above, rows are spilled by partition. */
const READINGS_MAX = 2
/** Keys of one block of a result. */
const STRETCH_KEYS = 1 << 12

/** Yields the blocks of a part, and returns its summary. */
export type PartitionComputation = Generator<Uint8Array<ArrayBuffer>, ResultPart>

/**
 * Computes a partition, reading the log directly.
 * @throws `SPILL_DATA` where the log is damaged, and the limit errors of the kernel.
 */
export function computeFromLog(store: SegmentLog & NamedValues, job: BatchJob, plan: BatchPlan, partition: number): PartitionComputation {
  const strings = new Strings()
  const blocks =
    plan.partitions === 1
      ? jobEvents(jobLog(store, job, strings), plan.from, job, strings)
      : readFrom(
          encodeByPartition(store, job, plan, candidate => candidate === partition),
          job,
          strings,
        )
  return computePartition(blocks, strings, job, { partition, of: plan.partitions, forgotten: logStartOf(store).arrival })
}

/** One block of one partition. */
export interface PartBlock {
  readonly partition: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Computes the parts of a job one after the other, in this thread: all, or the `wanted` partitions. Spilled rows lie among the system's
 * temporary files.
 */
export function* computeParts(
  store: SegmentLog & NamedValues,
  job: BatchJob,
  requested?: ReadonlySet<number>,
): Generator<PartBlock, ResultPart[]> {
  const plan = batchPlan(jobLog(store, job, new Strings()), job)
  const partitions = Array.from({ length: plan.partitions }, (_, partition) => partition).filter(
    candidate => requested?.has(candidate) ?? true,
  )
  const parts: ResultPart[] = []
  if (partitions.length <= READINGS_MAX) {
    for (const partition of partitions) parts.push(yield* withPartition(partition, computeFromLog(store, job, plan, partition)))
    return parts
  }
  const folder = mkdtempSync(join(tmpdir(), 'spillway-rows-'))
  try {
    const spilled = spillRows(store, job, plan, join(folder, 'run.rows'), candidate => requested?.has(candidate) ?? true)
    for (const partition of partitions) {
      const strings = new Strings()
      const blocks = spilledBlocks(spilled, partition, job, strings)
      parts.push(
        yield* withPartition(
          partition,
          computePartition(blocks, strings, job, { partition, of: plan.partitions, forgotten: spilled.forgotten }),
        ),
      )
    }
    return parts
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function* withPartition(partition: number, computing: PartitionComputation): Generator<PartBlock, ResultPart> {
  for (;;) {
    const next = computing.next()
    if (next.done) return next.value
    yield { partition, bytes: next.value }
  }
}

function* readFrom(stretches: ReturnType<typeof encodeByPartition>, job: BatchJob, strings: Strings): Generator<Block, number> {
  for (;;) {
    const next = stretches.next()
    if (next.done) return next.value
    yield decodeRows(next.value.bytes, job, strings)
  }
}

/** A partition, and the bounds of the log that it is computed from. */
export interface PartitionInput {
  readonly partition: number
  readonly of: number
  /** Events that arrived up to here, UTC ms, are no longer in the log. */
  readonly forgotten: number
}

/** Computes a partition from its blocks, which return the number of visible events. */
export function* computePartition(
  blocks: Generator<Block, number>,
  strings: Strings,
  { group, source, s, cut }: BatchJob,
  { partition, of, forgotten }: PartitionInput,
): PartitionComputation {
  const kernel = new Kernel(group, source, { strings })
  const { known, read } = applyAll(kernel, blocks)
  if (group.place.kind === 'hybrid') {
    const frames = new FrameWriter()
    yield* stateBlocks(kernel, strings, cut, frames)
    return { partition, of, known, read, keys: kernel.keys, ...frames.digest() }
  }
  const writer = new ResultWriter(group, source, strings)
  for (let from = 0; from < kernel.keys; from += STRETCH_KEYS) {
    const to = Math.min(kernel.keys, from + STRETCH_KEYS)
    const keys = kernel.keyColumns(from, to)
    const clock = new Float64Array(to - from).fill(s)
    const features = kernel.read(keys, clock)
    if (forgotten > -Infinity) rejectIncomplete(group.features, features, clock, forgotten)
    yield writer.write({ length: to - from, keys, features })
  }
  return { partition, of, known, read, keys: kernel.keys, ...writer.digest() }
}

function applyAll(kernel: Kernel, blocks: Generator<Block, number>): Pick<ResultPart, 'known' | 'read'> {
  for (let read = 0; ;) {
    const next = blocks.next()
    if (next.done) return { known: next.value, read }
    kernel.apply(next.value)
    read += next.value.length
  }
}
