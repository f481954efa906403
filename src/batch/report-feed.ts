/** A group as a report reads it, at one moment: from events of the log, or from the result of the batch run that was in use. */
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { GroupRead } from '../decision/reads.ts'
import type { GroupIR, SourceIR } from '../define/ir/ir.ts'
import { Kernel } from '../kernel/kernel.ts'
import { placedAt } from '../kernel/placement.ts'
import type { StoredLog } from '../log/store.ts'
import { codeOf } from './code.ts'
import { partsIn, runsIn } from './ledger.ts'
import { partBytes } from './part-bytes.ts'
import type { ReportJob } from './report-ledger.ts'
import { readValues, type BatchValues } from './values.ts'

export interface Feed {
  readonly read: GroupRead
  /** To be given the events that had arrived by `arrived`, UTC ms; none where a result answers. */
  readonly kernel: Kernel | undefined
  readonly arrived: number
  readonly clock: number
  /** What the read's features of some keys are; `clock` has the feed's for each. */
  readonly values: (keys: readonly Column[], clock: Float64Array) => FeatureColumn[]
}

export function feedOf(store: StoredLog, { ir, s, runs }: Pick<ReportJob, 'ir' | 's' | 'runs'>, read: GroupRead, strings: Strings): Feed {
  const { group } = read
  const source = ir.sources.find(({ name }) => name === group.source)!
  const placed = placedAt(group.place, s, runs[group.name])
  const whole = ir.groups.find(({ name }) => name === group.name)!
  const result = group.place.kind === 'batch' ? resultOf(store, whole, source, runs[group.name], strings) : undefined
  if (result) return { read, kernel: undefined, ...placed, values: valuesOf(result, whole, source, read, strings) }
  const kernel = new Kernel(group, source, { strings })
  return { read, kernel, ...placed, values: (keys, clock) => kernel.read(keys, clock) }
}

/** The result of the run of that time, if all of its parts are kept as they were. */
function resultOf(
  store: StoredLog,
  group: GroupIR,
  source: SourceIR,
  time: number | null | undefined,
  strings: Strings,
): BatchValues | undefined {
  const code = codeOf(group, source)
  const run = runsIn(store).findLast(one => one.group === group.name && one.s === time && one.code === code && one.swapped !== undefined)
  if (!run?.done) return undefined
  const { number, done } = run
  const kept = partsIn(store, number)
  const parts: Uint8Array[] = []
  for (let partition = 0; partition < done.partitions; partition++) {
    const part = kept.get(partition)
    const bytes = part && partBytes(store, number, part)
    if (!bytes) return undefined
    parts.push(bytes)
  }
  return readValues(parts, group, source, strings, { run: number, s: run.s, known: done.known, keys: done.keys })
}

/** Keys that the run has not seen have what a key has that was never seen. */
function valuesOf(result: BatchValues, whole: GroupIR, source: SourceIR, { group }: GroupRead, strings: Strings): Feed['values'] {
  const nothing = new Kernel(whole, source, { strings })
  const wanted = group.features.map(({ name }) => whole.features.findIndex(feature => feature.name === name))
  return (keys, clock) => {
    const out = nothing.read(keys, clock)
    result.copyTo(out, keys, clock.length)
    return wanted.map(index => out[index])
  }
}
