/** The composition root of a run: builds its components from a pipeline and a store, and replays the log. */
import { partFilesIn } from '../../batch/ledger.ts'
import type { Clock } from '../../base/clock.ts'
import type { TextBounds } from '../../columns/strings-room.ts'
import type { Strings } from '../../columns/strings.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { NewEffect } from '../../log/effects.ts'
import type { Commit, LogStore, StoredDecisions } from '../../log/store.ts'
import { Appender } from '../ingest/appender.ts'
import { Asked } from '../ingest/decision-requests.ts'
import type { Compute } from '../../batch/job.ts'
import { Batches, type BatchesOptions } from '../jobs/batch-runs.ts'
import { beginning, logNameOf } from '../recovery/run-start.ts'
import { refuseHalfDone } from '../import/import-record.ts'
import type { LookPort } from '../jobs/drift-job.ts'
import { Exploration } from '../decide/exploration.ts'
import { Freshness } from '../decide/freshness.ts'
import { manifestOf } from '../recovery/manifest.ts'
import type { Memory, MemoryOptions } from '../recovery/run-state.ts'
import type { ObjectivesFile } from '../decide/objectives-file.ts'
import { open, type Opening, type RunCore, type Runnable } from '../recovery/opening.ts'
import { Outbox } from '../decide/outbox.ts'
import type { PaceOptions } from './pace.ts'
import { Reading } from '../groups/feature-reader.ts'
import type { JudgePort } from '../jobs/challenger-job.ts'
import { Reports, type Reporting } from '../jobs/reports.ts'
import { Retention } from '../recovery/retention.ts'
import { Stages } from '../decide/stage-recorder.ts'
import { stampClock } from './stamp-clock.ts'
import { Ticks } from './ticks.ts'
import type { TrainPort } from '../jobs/training-job.ts'
import { Trainings } from '../jobs/trainings.ts'

/** Options of a run over a store. */
export interface RunOptions extends MemoryOptions {
  readonly store: LogStore
  /** The wall clock that stamps arrivals. Default: the clock of the machine, guarded against jumps. */
  readonly clock?: Clock
  /** Timer of the pause between turns while the disk is slow (`PaceOptions.after`). */
  readonly paceAfter?: PaceOptions['after']
  readonly partitions?: number
  /** Receives copies of durable decisions, in order. An exception from it ends the run. */
  readonly onDecisions?: (decisions: readonly StoredDecisions[]) => void
  /** Notified when more decisions or effect changes are durable and can be read from the store. */
  readonly onRecorded?: () => void
  /** Receives durable effects, in order. An exception from it ends the run. */
  readonly onEffects?: (effects: readonly NewEffect[]) => void
  /** Effects are recorded and never sent. */
  readonly isDry?: boolean
  /** State that is already in memory; made from the log by default. */
  readonly memory?: Memory
  /** Limits of the texts of keys and string features; for tests. */
  readonly room?: TextBounds
  /** Computes batch runs. Without it, groups with a batch placement behave as if a job ran on time. */
  readonly compute?: Compute
  /** Batch runs of one group that the ledger keeps; for tests. */
  readonly runsKept?: number | undefined
  /** Trains models. Without it no model is trained, and existing versions are served. */
  readonly train?: TrainPort
  /** Evaluates challengers. Without it challenges never end. */
  readonly judge?: JudgePort
  /** Checks for drift. Without it drift is not checked. */
  readonly look?: LookPort
  /** Makes reports. Without it no report is made. */
  readonly reporting?: Reporting
  /** Freshness objectives to measure decisions against; none by default. */
  readonly objectives?: ObjectivesFile
}

/** The components of a run. */
export interface Parts extends RunCore {
  readonly clock: Clock
  readonly appender: Appender
  readonly asked: Asked
  readonly ticks: Ticks
  readonly reading: Reading
  readonly retention: Retention | undefined
  readonly stages: Stages
  readonly freshness: Freshness
  readonly batches: Batches | undefined
  readonly trainings: Trainings
  readonly reports: Reports | undefined
  /** The commit that must precede all others. */
  readonly first: Commit | undefined
}

/** Builds the components. Throws as `openPipeline` does, and `SPILL_IMPORT` after an unfinished import. */
export function partsOf(runnable: Runnable, options: RunOptions): Parts {
  const { ir, maps } = runnable
  const { store, clock = stampClock(), keep = Infinity, isDry = false, compute, reporting, onReport = () => {} } = options
  refuseHalfDone(store)
  const logName = logNameOf(store)
  const freshness = new Freshness({ ir, clock, objectives: options.objectives, onReport })
  const opening = open(runnable, {
    ...options,
    hasRuns: compute !== undefined,
    freshness,
    stringsOf: (source, column) => appender.stringsOf(source, column),
    readAt: () => reader.at,
    otherFiles: () => runs?.files ?? partFilesIn(store),
    ...(ir.actions && {
      outbox: (strings: Strings, from: number) => new Outbox(ir, { store, strings, clock, logName, from, isDry }),
      exploration: new Exploration(ir, logName),
    }),
  })
  const { remembered, results: _results, bodies: _bodies, ...core } = opening
  const { strings, log, lookup, decider, deciding } = core
  const appender = new Appender({ ir, maps, strings, room: options.room, log, lookup, remembered })
  const { ticked, commit } = beginning(runnable, store, log, clock, logName)
  const ticks = new Ticks(decider.periods, ticked)
  const reader = readerOf(ir, core, ticks, clock)
  reader.wasAt(manifestOf(store)?.readAt ?? -Infinity)
  const retention = keep === Infinity ? undefined : new Retention({ ir, store, log, keep, reach: () => runs?.reach ?? Infinity })
  const stages = new Stages(clock, store.lastStages())
  const base = { ir, store, log, clock, onReport }
  const runs = batchRunsOf(base, opening, options)
  const isDecided = () => deciding.isIdle
  const trainings = new Trainings({ ...base, train: options.train, judge: options.judge, look: options.look, isDecided })
  const reports = reporting && new Reports({ ...reporting, ...base, hasRuns: compute !== undefined, isDry })
  const brokenOff = trainings.left()
  return {
    ...core,
    freshness,
    stages,
    clock,
    appender,
    asked: new Asked(ir),
    ticks,
    reading: reader,
    retention,
    batches: runs,
    trainings,
    reports,
    first: brokenOff.length > 0 ? { ...commit, put: [...(commit?.put ?? []), ...brokenOff] } : commit,
  }
}

function readerOf(ir: PipelineIR, { strings, decider, deciding, log }: RunCore, ticks: Ticks, clock: Clock): Reading {
  return new Reading({
    ir,
    strings,
    groups: decider.answering,
    now: () => Math.max(clock(), log.notBefore),
    nextTick: () => ticks.next,
    behind: () => (deciding.isIdle ? undefined : decider.clock),
  })
}

/** The scheduler of batch runs, if the run makes them. */
function batchRunsOf(
  base: Pick<BatchesOptions, 'ir' | 'store' | 'log' | 'clock' | 'onReport'>,
  { strings, decider, results, bodies }: Opening,
  { compute, runsKept: kept }: RunOptions,
): Batches | undefined {
  if (!compute || !results || !bodies) return undefined
  return new Batches({ ...base, groups: [...decider.batches, ...decider.hybrids], strings, results, bodies, compute, kept })
}
