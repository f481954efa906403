/**
 * Computes one partition of a batch run: the features of the partition's keys at a scheduled time `s`, from all events that had arrived by
 * then (semantics, placements). For a hybrid group it gives the kernel's state instead, which is the snapshot.
 *
 * Invariant: a part is a function of the log and the number of partitions, so computing it again gives the same bytes. Memory: the windows
 * of the partition.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Block } from '../columns/block.ts'
import { Strings } from '../columns/strings.ts'
import { Kernel } from '../kernel/kernel.ts'
import { refuseIncomplete } from '../kernel/incomplete.ts'
import { beginsOf } from '../log/begins.ts'
import type { StoredLog } from '../log/store.ts'
import { eventsOf, logOf, planOf, type Plan } from './events.ts'
import { FrameWriter } from './frames.ts'
import type { Job, Part } from './job.ts'
import { parted, readStretch } from './parted.ts'
import { ResultWriter } from './result.ts'
import { spill, spilledBlocks } from './spilled.ts'
import { stateStretches } from './state.ts'

/** Up to so many partitions, each reads the log itself; above, rows are spilled by partition. */
const READINGS_MAX = 2
/** Keys of one block of a result. */
const STRETCH_KEYS = 1 << 12

/** Yields the blocks of a part, and returns its summary. */
export type Computing = Generator<Uint8Array<ArrayBuffer>, Part>

/**
 * Computes a partition, reading the log directly.
 * @throws `SPILL_DATA` where the log is damaged, and the limit errors of the kernel.
 */
export function computeFrom(store: StoredLog, job: Job, plan: Plan, partition: number): Computing {
  const strings = new Strings()
  const blocks =
    plan.partitions === 1
      ? eventsOf(logOf(store, job, strings), plan.from, job, strings)
      : readFrom(
          parted(store, job, plan, candidate => candidate === partition),
          job,
          strings,
        )
  return compute(blocks, strings, job, { partition, of: plan.partitions, forgotten: beginsOf(store).arrival })
}

/** One block of one partition. */
export interface OfPart {
  readonly partition: number
  readonly stretch: Uint8Array<ArrayBuffer>
}

/**
 * Computes the parts of a job one after the other, in this thread: all, or the `wanted` partitions. Spilled rows lie among the system's
 * temporary files.
 */
export function* computeAll(store: StoredLog, job: Job, requested?: ReadonlySet<number>): Generator<OfPart, Part[]> {
  const plan = planOf(logOf(store, job, new Strings()), job)
  const partitions = Array.from({ length: plan.partitions }, (_, partition) => partition).filter(
    candidate => requested?.has(candidate) ?? true,
  )
  const parts: Part[] = []
  if (partitions.length <= READINGS_MAX) {
    for (const partition of partitions) parts.push(yield* withPartition(partition, computeFrom(store, job, plan, partition)))
    return parts
  }
  const folder = mkdtempSync(join(tmpdir(), 'spillway-rows-'))
  try {
    const spilled = spill(store, job, plan, join(folder, 'run.rows'), candidate => requested?.has(candidate) ?? true)
    for (const partition of partitions) {
      const strings = new Strings()
      const blocks = spilledBlocks(spilled, partition, job, strings)
      parts.push(
        yield* withPartition(partition, compute(blocks, strings, job, { partition, of: plan.partitions, forgotten: spilled.forgotten })),
      )
    }
    return parts
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function* withPartition(partition: number, computing: Computing): Generator<OfPart, Part> {
  for (;;) {
    const next = computing.next()
    if (next.done) return next.value
    yield { partition, stretch: next.value }
  }
}

function* readFrom(stretches: ReturnType<typeof parted>, job: Job, strings: Strings): Generator<Block, number> {
  for (;;) {
    const next = stretches.next()
    if (next.done) return next.value
    yield readStretch(next.value.bytes, job, strings)
  }
}

/** A partition, and the bounds of the log that it is computed from. */
export interface Computed {
  readonly partition: number
  readonly of: number
  /** Events that arrived up to here, UTC ms, are no longer in the log. */
  readonly forgotten: number
}

/** Computes a partition from its blocks, which return the number of visible events. */
export function* compute(
  blocks: Generator<Block, number>,
  strings: Strings,
  { group, source, s, cut }: Job,
  { partition, of, forgotten }: Computed,
): Computing {
  const kernel = new Kernel(group, source, { strings })
  const { known, read } = applyAll(kernel, blocks)
  if (group.place.kind === 'hybrid') {
    const frames = new FrameWriter()
    yield* stateStretches(kernel, strings, cut, frames)
    return { partition, of, known, read, keys: kernel.keys, ...frames.sum() }
  }
  const writer = new ResultWriter(group, source, strings)
  for (let from = 0; from < kernel.keys; from += STRETCH_KEYS) {
    const to = Math.min(kernel.keys, from + STRETCH_KEYS)
    const keys = kernel.keyColumns(from, to)
    const clock = new Float64Array(to - from).fill(s)
    const features = kernel.read(keys, clock)
    if (forgotten > -Infinity) refuseIncomplete(group.features, features, clock, forgotten)
    yield writer.stretch({ length: to - from, keys, features })
  }
  return { partition, of, known, read, keys: kernel.keys, ...writer.sum() }
}

function applyAll(kernel: Kernel, blocks: Generator<Block, number>): Pick<Part, 'known' | 'read'> {
  for (let read = 0; ;) {
    const next = blocks.next()
    if (next.done) return { known: next.value, read }
    kernel.apply(next.value)
    read += next.value.length
  }
}
