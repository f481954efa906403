/**
 * One part of a batch run: what a group's features are of the keys of one partition at a scheduled time `s`, by everything that had arrived by then (semantics §4, `batch`); of a
 * hybrid group the state that they are read from (§5).
 *
 * A part is a function of the log and of the number of partitions, so that one that is made again gives the same bytes. Memory is that of the partition's windows.
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

/** Times that a log is read rather than to set its rows aside. */
const READINGS_MAX = 2
/** Keys of one stretch of a part. */
const STRETCH_KEYS = 1 << 12

/** Gives the stretches of a part, and in the end what there is to know of it. */
export type Computing = Generator<Uint8Array<ArrayBuffer>, Part>

/** A partition of a job whose log is read here. Throws `SPILL_DATA` where it is damaged, and what the kernel does past its limits. */
export function computeFrom(store: StoredLog, job: Job, plan: Plan, partition: number): Computing {
  const strings = new Strings()
  const blocks =
    plan.partitions === 1
      ? eventsOf(logOf(store, job, strings), plan.from, job, strings)
      : readFrom(
          parted(store, job, plan, one => one === partition),
          job,
          strings,
        )
  return compute(blocks, strings, job, { partition, of: plan.partitions, forgotten: beginsOf(store).arrival })
}

/** What one call of `computeAll` gives. */
export interface OfPart {
  readonly partition: number
  readonly stretch: Uint8Array<ArrayBuffer>
}

/** Parts of a job that is made here, one after the other: all of them, or those of these partitions. What is set aside meanwhile lies among the system's temporary files. */
export function* computeAll(store: StoredLog, job: Job, wanted?: ReadonlySet<number>): Generator<OfPart, Part[]> {
  const plan = planOf(logOf(store, job, new Strings()), job)
  const partitions = Array.from({ length: plan.partitions }, (_, partition) => partition).filter(one => wanted?.has(one) ?? true)
  const parts: Part[] = []
  if (partitions.length <= READINGS_MAX) {
    for (const partition of partitions) parts.push(yield* ofPart(partition, computeFrom(store, job, plan, partition)))
    return parts
  }
  const folder = mkdtempSync(join(tmpdir(), 'spillway-rows-'))
  try {
    const spilled = spill(store, job, plan, join(folder, 'run.rows'), one => wanted?.has(one) ?? true)
    for (const partition of partitions) {
      const strings = new Strings()
      const blocks = spilledBlocks(spilled, partition, job, strings)
      parts.push(yield* ofPart(partition, compute(blocks, strings, job, { partition, of: plan.partitions, forgotten: spilled.forgotten })))
    }
    return parts
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function* ofPart(partition: number, computing: Computing): Generator<OfPart, Part> {
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

export interface Computed {
  readonly partition: number
  readonly of: number
  /** Nothing that arrived up to here, UTC ms, is in the log any more. */
  readonly forgotten: number
}

/** The blocks of a partition end with how many events were known. */
export function* compute(
  blocks: Generator<Block, number>,
  strings: Strings,
  { group, source, s, cut }: Job,
  { partition, of, forgotten }: Computed,
): Computing {
  const kernel = new Kernel(group, source, { strings })
  const { known, read } = applied(kernel, blocks)
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

function applied(kernel: Kernel, blocks: Generator<Block, number>): Pick<Part, 'known' | 'read'> {
  for (let read = 0; ;) {
    const next = blocks.next()
    if (next.done) return { known: next.value, read }
    kernel.apply(next.value)
    read += next.value.length
  }
}
