/**
 * The cases of `prove rebuild`: a real run over the model store, with late, duplicate and revised records, crashes and recoveries; and its
 * results.
 */
import { standing } from '../oracle/oracle.ts'
import type { CrashCase } from '../crash/case.ts'
import { generateWithoutRuns } from '../crash/generate.ts'
import { decisionsOf, entriesOf, logOf, type Entry } from '../crash/inspect.ts'
import { runModel } from '../crash/model-run.ts'
import type { Disk } from '../crash/model-store.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { PipelineIR, SourceIR } from '../../src/define/ir/ir.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'

/** The results of a run. */
export interface Material {
  readonly ir: PipelineIR
  /** Its log, read back from a disk without decisions. */
  readonly entries: readonly Entry[]
  readonly recorded: readonly RecordedDecision[]
  /** The whole disk, including vectors: not for a rebuild. */
  readonly disk: Disk
  /** Exceptions on the way. */
  readonly broken: readonly string[]
  readonly planted: PlantedCounts
}

/** Counts of what makes law 4 hard. */
export interface PlantedCounts {
  /** Events that came after one of their key with a later time. */
  readonly late: number
  /** Superseded or deleted events. */
  readonly revised: number
  /** Records that were resent under their id. */
  readonly repeated: number
}

/** The case of a seed: one pipeline for all of its processes, over a log that forgets nothing. */
export function rebuildCase(seed: number): CrashCase {
  const { keep: _keep, changed: _changed, ...of } = generateWithoutRuns(seed).of
  return { ...of, steps: of.steps.filter(step => step.do !== 'change') }
}

export async function run(of: CrashCase): Promise<Material> {
  const { driven, disk } = await runModel(of)
  const { segments, strings } = logOf(of.ir, withoutDecisions(disk))
  const entries = entriesOf(of.ir, segments, strings)
  const broken = [...driven.broken, ...driven.lost]
  return { ir: of.ir, entries, recorded: decisionsOf(disk), disk, broken, planted: plantedIn(of, entries) }
}

/** The log and its schemas, and nothing derived from them. */
const withoutDecisions = (disk: Disk): Disk => ({
  commits: disk.commits.map(({ segment, schemas }) => ({ ...(segment && { segment }), ...(schemas && { schemas }) })),
})

function plantedIn({ ir, feeds }: CrashCase, entries: readonly Entry[]): PlantedCounts {
  const sources = ir.sources.map(source => ({ source, events: eventsOf(source, entries) }))
  const sum = (of: (one: { source: SourceIR; events: readonly LoggedEvent[] }) => number) => sources.reduce((all, one) => all + of(one), 0)
  return {
    late: sum(({ source, events }) => lateOf(source, events)),
    revised: sum(({ source, events }) => events.length - standing(source, events).length),
    repeated: feeds.reduce((all, { source, records }) => {
      const rows = records.flatMap(({ row }) => (row ? [row] : []))
      return all + (ir.sources.find(({ name }) => name === source)!.id ? rows.length - new Set(rows).size : 0)
    }, 0),
  }
}

/** The events of a source, in order: the `known` of a decision counts them. */
export const eventsOf = ({ name }: SourceIR, entries: readonly Entry[]): LoggedEvent[] =>
  entries.flatMap(entry => ('event' in entry && entry.event.source === name ? [entry.event] : []))

function lateOf({ key }: SourceIR, events: readonly LoggedEvent[]): number {
  const latest = new Map<unknown, number>()
  return events.filter(({ time, row }) => {
    const before = latest.get(row[key]) ?? -Infinity
    latest.set(row[key], Math.max(before, time))
    return time < before
  }).length
}
