/** Contents of a disk as rows that a check can read. */
import { limits } from '../../src/base/limits.ts'
import { Strings } from '../../src/columns/strings.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { PipelineIR, SourceIR } from '../../src/define/ir/ir.ts'
import { valueAt } from '../../src/intake/row-reader.ts'
import { Log } from '../../src/log/log.ts'
import type { LogMarker, Segment } from '../../src/log/segment.ts'
import { recordedDecisions, type RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { ModelStore, type Disk } from './model-store.ts'

/** One entry of the log, in the total order. */
export type Entry = { readonly event: LoggedEvent } | { readonly mark: LogMarker }

/** The log of a disk. Throws `SPILL_DATA` if it is damaged. */
export function logOf(ir: PipelineIR, disk: Disk): { readonly segments: readonly Segment[]; readonly strings: Strings } {
  const strings = new Strings()
  const stringsOf = () => strings
  const log = new Log(new ModelStore(disk), { sources: ir.sources, stringsOf })
  return { segments: [...log.segments(0, log.end, { stringsOf })], strings }
}

export function entriesOf({ sources }: PipelineIR, segments: readonly Segment[], strings: Strings): Entry[] {
  return segments.flatMap(segment => {
    const rows = segment.sources.map(() => 0)
    return Array.from({ length: segment.length }, (_, entry): Entry => {
      const index = segment.order ? segment.order[entry] : 0
      if (index === segment.sources.length) return { mark: segment.markers[entry] }
      const source = sources.find(({ name }) => name === segment.sources[index].source)!
      return { event: eventOf(source, segment, index, rows[index]++, strings) }
    })
  })
}

function eventOf(source: SourceIR, { sources }: Segment, index: number, row: number, strings: Strings): LoggedEvent {
  const { block } = sources[index]
  return {
    source: source.name,
    partition: Math.floor(block.sourcePosition[row] / limits.OFFSET_MAX),
    offset: block.sourcePosition[row] % limits.OFFSET_MAX,
    arrival: block.arrival[row],
    time: block.time[row],
    row: Object.fromEntries(source.columns.map(column => [column.name, valueAt(block, column, row, strings)])),
  }
}

/** All recorded decisions of a disk, in order of commit. */
export function decisionsOf(disk: Disk): RecordedDecision[] {
  return disk.commits.flatMap(({ decisions = [] }) => decisions.flatMap(({ bytes }) => [...recordedDecisions(bytes)]))
}

/** Identity of a decision: no two have the same. */
export const decisionKey = ({ model, entry, t, key }: RecordedDecision): string => JSON.stringify([model, entry, t, key])

/** The value of an input in a recorded vector, by group and feature. */
export const vectorAt = (vector: unknown, input: string): unknown =>
  input.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], vector)
