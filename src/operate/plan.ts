/**
 * The plan of a start: what a pipeline would change over a log. It compares definitions, lists the state to rebuild, and estimates the
 * duration on a sample of the log.
 */
import { join } from 'node:path'
import { stopwatch, limits } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import type { ScoringDefinitions } from '../decision/index.ts'
import { changesBetween, type PipelineChange } from '../define/ir/index.ts'
import { logStartOf, Log, type NamedValues, type SavedStates, type SegmentLog } from '../log/index.ts'
import { isUnusedFolder, withFolderReader } from '../log/sqlite/index.ts'
import { Decider, OBJECTIVES_FILE, readObjectives, type Objectives } from '../run/decide/index.ts'
import { RunMemory, BatchResults } from '../run/index.ts'
import { lastPipeline } from './folder-log.ts'
import { planEffects, type PlanEffect } from './plan-effects.ts'
import { schemaChanges, type SchemaChange } from './search/source-schemas.ts'

export interface GroupRebuild {
  readonly group: string
  /** Entries to replay for it. */
  readonly entries: number
  /** The log has forgotten what arrived up to here, UTC ms: windows that reach it are rejected. */
  readonly incomplete?: number
}

export interface PipelinePlan {
  /** Undefined if nothing has run on this log. */
  readonly before: { readonly fingerprint: string; readonly pipeline: string } | undefined
  readonly fingerprint: string
  /** Would a start run other definitions than the last run? */
  readonly changed: boolean
  readonly changes: readonly PipelineChange[]
  /** Schemas of sources that the start writes as new versions, each compatible under the level of its source. */
  readonly schemas: readonly SchemaChange[]
  /** Effects of the changes on models, actions and freshness objectives. */
  readonly effects: readonly PlanEffect[]
  /** Entries of the log. */
  readonly entries: number
  /** Groups without usable saved state. */
  readonly rebuilt: readonly GroupRebuild[]
  /** Entries that a start replays, for all groups, ids and ticks. */
  readonly entriesToReplay: number
  /** Estimated duration, seconds, measured on the first entries of the log; 0 if there are none. */
  readonly seconds: number
}

interface Plannable extends ScoringDefinitions {
  readonly fingerprint: string
}

/** The plan of a start over a folder. */
export interface StartPlan {
  /** True if no log exists yet, and none did: the start creates it. */
  readonly isFirst: boolean
  readonly plan: PipelinePlan
}

/**
 * Plans a start over a data folder, and changes nothing. A run may hold the folder.
 *
 * @throws `SPILL_DATA` for an invalid objectives file; otherwise like `pipelinePlan` and `openFolder`.
 */
export async function planStart(pipeline: Plannable, folder: string): Promise<StartPlan> {
  const isFirst = isUnusedFolder(folder)
  const objectives = readObjectives(join(folder, OBJECTIVES_FILE))
  const plan = isFirst ? firstPipelinePlan(pipeline) : await withFolderReader(folder, log => pipelinePlan(pipeline, log, objectives))
  return { isFirst, plan }
}

/**
 * Plans a start. Throws `SPILL_SCHEMA` if the new definitions cannot read the log, or break the compatibility level of a source; a start would
 * fail, too.
 */
export function pipelinePlan(pipeline: Plannable, store: SegmentLog & NamedValues & SavedStates, objectives?: Objectives): PipelinePlan {
  const { ir, fingerprint } = pipeline
  const last = lastPipeline(store)
  const { recovery, isRead } = new RunMemory(pipeline, store, { hasRuns: true })
  const { end } = new Log(store, { sources: ir.sources, stringsOf: () => new Strings() })
  const begins = logStartOf(store)
  const entriesToReplay = end - Math.max(recovery.first, begins.entry)
  return {
    before: last && { fingerprint: last.fingerprint, pipeline: last.ir.name },
    fingerprint,
    changed: last?.fingerprint !== fingerprint,
    changes: last ? changesBetween(last.ir, ir) : [],
    schemas: schemaChanges(ir, store),
    effects: last ? planEffects(last.ir, ir, store, objectives) : [],
    entries: end,
    rebuilt: (end > 0 ? recovery.rebuiltGroups : []).map(group => ({
      group,
      entries: end - begins.entry,
      ...(begins.entry > 0 && { incomplete: begins.arrival }),
    })),
    entriesToReplay,
    seconds: entriesToReplay === 0 ? 0 : entriesToReplay * secondsPerEntry(pipeline, store, isRead),
  }
}

/** The plan of a first start, where there is no log yet. */
const firstPipelinePlan = ({ fingerprint }: Plannable): PipelinePlan => ({
  before: undefined,
  fingerprint,
  changed: true,
  changes: [],
  schemas: [],
  effects: [],
  entries: 0,
  rebuilt: [],
  entriesToReplay: 0,
  seconds: 0,
})

/** Replays the first entries of the log as a start would. */
function secondsPerEntry(pipeline: Plannable, store: SegmentLog & NamedValues & SavedStates, columnFilter: RunMemory['isRead']): number {
  const { ir } = pipeline
  const strings = new Strings()
  const decider = new Decider(pipeline, strings, { batchResults: new BatchResults({ ir, store, strings, onReport: () => {} }) })
  const log = new Log(store, { sources: ir.sources, stringsOf: () => strings })
  const started = stopwatch()
  let entries = 0
  for (const segment of log.segments(0, Math.min(log.end, logStartOf(store).entry + limits.PLAN_SAMPLE), { columnFilter })) {
    decider.catchUp(segment, decider.statefulGroups, false)
    entries += segment.length
  }
  return entries === 0 ? 0 : (stopwatch() - started) / 1000 / entries
}
