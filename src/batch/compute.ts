/**
 * A batch run: what a group's features are at a scheduled time `s`, by everything that had arrived by then (semantics §4, `batch`).
 *
 * Reads the log from as far back as a window reaches; a run is a function of the log, so that one that is made again gives the same bytes. Memory is
 * that of the group's windows.
 */
import type { GroupIR, SourceIR } from '../define/ir.ts'
import { stopwatch } from '../base/clock.ts'
import { countUpTo } from '../columns/order.ts'
import { blockSlice } from '../columns/slice.ts'
import { Strings } from '../columns/strings.ts'
import { columnsLookedAt } from '../decision/reads.ts'
import { Kernel } from '../kernel/kernel.ts'
import { refuseIncomplete } from '../kernel/incomplete.ts'
import { beginsOf } from '../log/begins.ts'
import { Log } from '../log/log.ts'
import { countBefore } from '../log/segment.ts'
import type { StoredLog } from '../log/store.ts'
import { ResultWriter } from './result.ts'

/** Keys of one part of a result. */
const PART = 1 << 12

export interface Job {
  readonly group: GroupIR
  readonly source: SourceIR
  /** All sources of the log's pipeline. */
  readonly sources: readonly SourceIR[]
  /** The time that the run is of, UTC ms. */
  readonly s: number
  /** Entries of the log below it are read; none behind it has arrived by `s`. */
  readonly cut: number
}

/** What a run did. */
export interface Done {
  /** How many events of the source had arrived by `s`, of all that the log ever had. */
  readonly known: number
  /** Events that were read, and keys that have values. */
  readonly read: number
  readonly keys: number
  readonly bytes: number
  /** SHA-256 of the result, hex. */
  readonly hash: string
  readonly seconds: number
}

/** Gives the parts of the result, and in the end what was done. Throws `SPILL_DATA` where the log is damaged, and what the kernel does past its limits. */
export function* compute(store: StoredLog, { group, source, sources, s, cut }: Job): Generator<Uint8Array<ArrayBuffer>, Done> {
  const started = stopwatch()
  const strings = new Strings()
  const kernel = new Kernel(group, source, { strings })
  const { known, read } = apply(kernel, store, { group, source, sources, s, cut }, strings)
  const writer = new ResultWriter(group, source, strings)
  const forgotten = beginsOf(store).arrival
  for (let from = 0; from < kernel.keys; from += PART) {
    const to = Math.min(kernel.keys, from + PART)
    const keys = kernel.keyColumns(from, to)
    const clock = new Float64Array(to - from).fill(s)
    const features = kernel.read(keys, clock)
    if (forgotten > -Infinity) refuseIncomplete(group.features, features, clock, forgotten)
    yield writer.part({ length: to - from, keys, features })
  }
  return { known, read, keys: kernel.keys, ...writer.sum(), seconds: (stopwatch() - started) / 1000 }
}

function apply(kernel: Kernel, store: StoredLog, { group, source, sources, s, cut }: Job, strings: Strings): Pick<Done, 'known' | 'read'> {
  const log = new Log(store, { sources, stringsOf: () => strings })
  const needed = columnsLookedAt({ sources: [source], groups: [group], models: [] }).get(source.name)!
  const wanted = (of: string, column: string) => of === source.name && needed.has(column)
  const from = log.since(s - reachOf(group))
  let read = 0
  let known = from < cut ? undefined : log.eventsOf(source.name, cut)
  for (const segment of log.segments(from, cut, { stringsOf: () => strings, wanted })) {
    known ??= countBefore(segment, source.name)
    const block = segment.sources.find(rows => rows.source === source.name)?.block
    if (!block) continue
    const [rows] = countUpTo(block.arrival, Float64Array.of(s))
    kernel.apply(rows < block.length ? blockSlice(block, 0, rows) : block)
    known += rows
    read += rows
  }
  return { known: known ?? 0, read }
}

/** How far back from its clock a group's windows reach, ms. */
const reachOf = ({ features }: GroupIR): number =>
  Math.max(0, ...features.map(({ window, hop }) => (window === 'lifetime' ? Infinity : window + hop)))
