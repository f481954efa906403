/** The composition root of a run: builds its components from a pipeline and a store, and replays the log. */
import { partFilesIn, type ReportRun, type ComputeRun } from '../../batch/index.ts'
import { type Clock, durationText, limits, SpillwayError, stopwatch, wallClock } from '../../base/index.ts'
import type { TextLimits, Strings } from '../../columns/index.ts'
import { JobClock, type JobScheduler } from '../../jobs/index.ts'
import type { NewEffect, Commit, LogStore, StoredDecisionBatch } from '../../log/index.ts'
import { Appender } from '../ingest/appender.ts'
import { DecisionRequests } from '../ingest/decision-requests.ts'
import { BatchRunScheduler, type BatchRunSchedulerOptions } from '../jobs/batch-run-scheduler.ts'
import { rejectUnfinishedImport } from '../import/import-record.ts'
import type { ModelJobPorts, TrainingSchedulerOptions } from '../jobs/model-jobs.ts'
import { Exploration } from '../decide/exploration.ts'
import { FreshnessTracker } from '../decide/freshness.ts'
import { readCheckpointManifest } from '../recovery/manifest.ts'
import type { RunMemory, RunMemoryOptions } from '../recovery/run-state.ts'
import type { ObjectivesFile } from '../decide/objectives.ts'
import { logNameOf, openPipeline, runStart, type OpenedPipeline, type RunCore, type Runnable } from '../recovery/open-pipeline.ts'
import { Outbox } from '../decide/outbox.ts'
import type { PaceOptions } from './pace.ts'
import { FeatureReader } from '../groups/feature-reader.ts'
import { reportScheduler, type ReportingPort } from '../jobs/reports.ts'
import { Retention } from '../recovery/retention.ts'
import { StageRecorder } from '../decide/stage-recorder.ts'
import { Ticks } from './ticks.ts'
import { TraceContexts } from '../decide/trace-contexts.ts'
import { TrainingScheduler } from '../jobs/trainings.ts'

/** Options of a run over a store. */
export interface RunOptions extends RunMemoryOptions, Partial<ModelJobPorts> {
  readonly store: LogStore
  /** The identity of the log; by default the stored one, or a new one. */
  readonly logName?: string
  /** The wall clock that stamps arrivals. Default: the clock of the machine, guarded against jumps. */
  readonly clock?: Clock
  /** Timer of the pause between turns while the disk is slow (`PaceOptions.after`). */
  readonly paceAfter?: PaceOptions['after']
  readonly partitions?: number
  /** Receives copies of durable decisions, in order. An exception from it ends the run. */
  readonly onDecisions?: (decisions: readonly StoredDecisionBatch[]) => void
  /** Notified when more decisions, dead letters or effect changes are durable and can be read from the store. */
  readonly onRecorded?: () => void
  /** Receives durable effects, in order. An exception from it ends the run. */
  readonly onEffects?: (effects: readonly NewEffect[]) => void
  /** Effects are recorded and never sent. */
  readonly isDry?: boolean
  /** State that is already in memory; made from the log by default. */
  readonly memory?: RunMemory
  /** Limits of the texts of keys and string features; for tests. */
  readonly textLimits?: TextLimits
  /** Computes batch runs. Without it, groups with a batch placement behave as if a job ran on time. */
  readonly compute?: ComputeRun
  /** Batch runs of one group that the ledger keeps; for tests. */
  readonly runsKept?: number | undefined
  /** Makes reports. Without it no report is made. */
  readonly reporting?: ReportingPort
  /** Notified once a job has begun, and once it has ended, when its record is durable. */
  readonly onJobChange?: (() => void) | undefined
  /** Freshness objectives to measure decisions against; none by default. */
  readonly objectives?: ObjectivesFile
}

/** The kinds of jobs of a run that can be cancelled. */
export type RunJobKind = 'batch-run' | 'report' | 'training'

/** The parts of a run between which `Run` and its turns pass records, decisions and commits; all are built before the first turn. */
export interface RunComponents extends RunCore {
  readonly clock: Clock
  readonly appender: Appender
  readonly requests: DecisionRequests
  readonly ticks: Ticks
  readonly featureReader: FeatureReader
  readonly retention: Retention | undefined
  readonly stageRecorder: StageRecorder
  readonly traces: TraceContexts
  readonly freshness: FreshnessTracker
  readonly batchRuns: BatchRunScheduler | undefined
  readonly trainings: TrainingScheduler
  readonly reports: JobScheduler<ReportRun> | undefined
  /** The schedulers of batch runs, trainings and reports. */
  readonly schedulers: readonly Pick<JobScheduler<unknown>, 'tick' | 'isDoneBy' | 'stop'>[]
  readonly schedulersByKind: Readonly<Record<RunJobKind, Pick<JobScheduler<unknown>, 'cancel'> | undefined>>
  readonly jobClock: JobClock
  /** The commit that must precede all others. */
  readonly firstCommit: Commit | undefined
}

/**
 * Builds the components of a run, lowest first. `onReady` is notified when a result or a promotion waits for a turn. Throws as
 * `openPipeline` does, and `SPILL_IMPORT` after an unfinished import.
 */
export function composeRun(runnable: Runnable, options: RunOptions, onReady: () => void): RunComponents {
  const { ir, maps } = runnable
  const {
    store,
    logName = logNameOf(store),
    clock = arrivalClock(),
    keep = Infinity,
    isDry = false,
    compute,
    onReport = () => {},
  } = options
  rejectUnfinishedImport(store)
  const freshness = new FreshnessTracker({ ir, clock, objectives: options.objectives, onReport })
  const traces = new TraceContexts()
  const opening = openPipeline(runnable, {
    ...options,
    hasRuns: compute !== undefined,
    freshness,
    traces,
    stringsOf: (source, column) => appender.stringsOf(source, column),
    readAt: () => featureReader.readAt,
    otherFiles: () => batchRuns?.files ?? partFilesIn(store),
    ...(ir.actions && {
      outbox: (strings: Strings, from: number) => new Outbox(ir, { store, strings, clock, logName, from, isDry }),
      exploration: new Exploration(ir, logName),
    }),
  })
  const { acceptedIds, batchResults: _batchResults, ...core } = opening
  const { strings, log, lookup, decider } = core
  const appender = new Appender({ ir, maps, strings, textLimits: options.textLimits, log, lookup, acceptedIds })
  const { lastTick, commit } = runStart(runnable, store, log, clock, logName)
  const ticks = new Ticks(decider.periods, lastTick)
  const featureReader = featureReaderOf(core, ticks, clock)
  featureReader.restoreReadAt(readCheckpointManifest(store)?.readAt ?? -Infinity)
  const retention =
    keep === Infinity ? undefined : new Retention({ ir, store, log, keepMs: keep, earliestNeeded: () => batchRuns?.reach ?? Infinity })
  const jobClock = new JobClock(clock, log)
  const isDecided = () => opening.decisionQueue.isIdle && !ticks.isDue(clock)
  const jobs = jobsOf({ ir, store, log, jobClock, isDecided, onReport, onReady, onJobChange: options.onJobChange }, opening, options)
  const { batchRuns } = jobs
  const brokenOff = jobs.trainings.markBrokenOff()
  return {
    ...core,
    ...jobs,
    freshness,
    traces,
    stageRecorder: new StageRecorder(clock, store.lastStageBlock()),
    clock,
    appender,
    requests: new DecisionRequests(ir, traces),
    ticks,
    featureReader,
    retention,
    jobClock,
    firstCommit: brokenOff.length > 0 ? { ...commit, put: [...(commit?.put ?? []), ...brokenOff] } : commit,
  }
}

function featureReaderOf({ strings, decider, decisionQueue, log }: RunCore, ticks: Ticks, clock: Clock): FeatureReader {
  return new FeatureReader({
    strings,
    groups: decider.allGroups,
    now: () => Math.max(clock(), log.notBefore),
    nextTick: () => ticks.next,
    behind: () => (decisionQueue.isIdle ? undefined : decider.latestTime),
  })
}

/** Ports that all jobs share. */
type JobPorts = Pick<BatchRunSchedulerOptions, 'ir' | 'log' | 'jobClock' | 'onReport' | 'onReady' | 'onJobChange'> &
  Pick<TrainingSchedulerOptions, 'isDecided'> &
  Pick<RunOptions, 'store'>

/** The jobs beside the loop: batch runs, trainings and reports. */
function jobsOf(
  ports: JobPorts,
  opening: OpenedPipeline,
  options: RunOptions,
): Pick<RunComponents, 'batchRuns' | 'trainings' | 'reports' | 'schedulers' | 'schedulersByKind'> {
  const { reporting, compute, isDry = false } = options
  const batchRuns = batchRunsOf(ports, opening, options)
  const trainings = new TrainingScheduler({ ...options, ...ports })
  const reports = reporting && reportScheduler({ ...reporting, ...ports, hasRuns: compute !== undefined, isDry })
  return {
    batchRuns,
    trainings,
    reports,
    schedulers: [...(batchRuns ? [batchRuns.jobs] : []), trainings.jobs, ...(reports ? [reports] : [])],
    schedulersByKind: { 'batch-run': batchRuns?.jobs, report: reports, training: trainings.jobs },
  }
}

/** The scheduler of batch runs, if the run makes them. */
function batchRunsOf(
  ports: JobPorts,
  { decider, batchResults }: OpenedPipeline,
  { compute, runsKept }: RunOptions,
): BatchRunScheduler | undefined {
  if (!compute || !batchResults) return undefined
  const groups = [...decider.batchGroups, ...decider.hybridGroups]
  return new BatchRunScheduler({ ...ports, groups, batchResults, compute, runsKept })
}

/**
 * The wall clock that stamps arrivals, guarded against jumps. A jump back is handled by the log, whose arrivals never fall. A jump ahead,
 * measured against a clock that cannot be set, would stay in the log for ever, so it throws `SPILL_CLOCK`.
 */
export function arrivalClock(wall: Clock = wallClock, elapsed: Clock = stopwatch): Clock {
  let lastWall = wall()
  let lastElapsed = elapsed()
  return () => {
    const now = wall()
    const passed = elapsed()
    const ahead = now - lastWall - (passed - lastElapsed)
    if (ahead > limits.CLOCK_JUMP_MS_MAX)
      throw new SpillwayError(
        'SPILL_CLOCK',
        `the wall clock jumped ahead by ${durationText(Math.round(ahead / 1000) * 1000)}; correct the clock and start again (after a suspension of the machine, only start again)`,
      )
    lastWall = now
    lastElapsed = passed
    return now
  }
}
