/** A feature group as a report reads it at one time: from events of the log, or from the batch run in use. */
import type { FeatureColumn } from '../aggregate/index.ts'
import type { ColumnData, Strings } from '../columns/index.ts'
import type { GroupRead } from '../decision/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { Kernel, placementAt } from '../kernel/index.ts'
import type { NamedValues, SavedStates } from '../log/index.ts'
import { groupCode } from './group-code.ts'
import { partsIn, batchRunsIn } from './ledger.ts'
import { readPart } from './read-part.ts'
import type { ReportJob } from './report-ledger.ts'
import { readBatchValues, type BatchValues } from './batch-values.ts'

/** Values of one group at one as-of time. */
export interface ReportFeed {
  readonly read: GroupRead
  /** Receives the events that had arrived by `arrived`, UTC ms; absent if a batch result answers. */
  readonly kernel: Kernel | undefined
  readonly arrived: number
  readonly asOf: number
  /** Features of keys; `asOf` repeats that of the feed for each key. */
  readonly values: (keys: readonly ColumnData[], asOf: Float64Array) => FeatureColumn[]
}

/** Opens the feed of one group. */
export function openReportFeed(
  store: NamedValues & SavedStates,
  { ir, s, runs }: Pick<ReportJob, 'ir' | 's' | 'runs'>,
  read: GroupRead,
  strings: Strings,
): ReportFeed {
  const { group } = read
  const source = ir.sources.find(({ name }) => name === group.source)!
  const placed = placementAt(group.place, s, runs[group.name])
  const whole = ir.groups.find(({ name }) => name === group.name)!
  const result = group.place.kind === 'batch' ? resultOf(store, whole, source, runs[group.name], strings) : undefined
  if (result) return { read, kernel: undefined, ...placed, values: valuesOf(result, whole, source, read, strings) }
  const kernel = new Kernel(group, source, { strings })
  return { read, kernel, ...placed, values: (keys, asOf) => kernel.read(keys, asOf) }
}

/** The result of the run at `time`, if all of its parts are stored intact. */
function resultOf(
  store: NamedValues & SavedStates,
  group: GroupIR,
  source: SourceIR,
  time: number | null | undefined,
  strings: Strings,
): BatchValues | undefined {
  const code = groupCode(group, source)
  const run = batchRunsIn(store).findLast(
    candidate => candidate.group === group.name && candidate.s === time && candidate.code === code && candidate.swapped !== undefined,
  )
  if (!run?.done) return undefined
  const { number, done } = run
  const stored = partsIn(store, number)
  const parts: Uint8Array[] = []
  for (let partition = 0; partition < done.partitions; partition++) {
    const part = stored.get(partition)
    const bytes = part && readPart(store, number, part)
    if (!bytes) return undefined
    parts.push(bytes)
  }
  return readBatchValues(parts, group, source, strings, { run: number, s: run.s, known: done.known, keys: done.keys })
}

/** Keys without a row in the run get the values of a key without events. */
function valuesOf(result: BatchValues, whole: GroupIR, source: SourceIR, { group }: GroupRead, strings: Strings): ReportFeed['values'] {
  const emptyKernel = new Kernel(whole, source, { strings })
  const wanted = group.features.map(({ name }) => whole.features.findIndex(feature => feature.name === name))
  return (keys, asOf) => {
    const out = emptyKernel.read(keys, asOf)
    result.copyInto(out, keys, asOf.length)
    return wanted.map(index => out[index])
  }
}
