/** What a run is put together from: a pipeline over a store, with its log taken again. */
import { partFilesIn } from '../../batch/ledger.ts'
import type { Clock } from '../../base/clock.ts'
import type { TextBounds } from '../../columns/strings-room.ts'
import type { Strings } from '../../columns/strings.ts'
import type { NewEffect } from '../../log/effects.ts'
import type { Commit, LogStore, StoredDecisions } from '../../log/store.ts'
import { Appender } from '../ingest/appender.ts'
import { Asked } from '../ingest/decision-requests.ts'
import type { Compute } from '../../batch/job.ts'
import { Batches } from '../jobs/batch-runs.ts'
import { beginning, logNameOf } from '../recovery/run-start.ts'
import { refuseHalfDone } from '../import/import-record.ts'
import type { LookPort } from '../jobs/drift-job.ts'
import { Exploration } from '../decide/exploration.ts'
import { Freshness } from '../decide/freshness.ts'
import { manifestOf } from '../recovery/manifest.ts'
import type { Memory, MemoryOptions } from '../recovery/run-state.ts'
import type { ObjectivesFile } from '../decide/objectives-file.ts'
import { open, type Opening, type Runnable } from '../recovery/opening.ts'
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

export interface RunOptions extends MemoryOptions {
  readonly store: LogStore
  /** The wall clock that stamps arrivals; by default the machine's, guarded against jumps. */
  readonly clock?: Clock
  /** What waits for the time of the next turn while the disk is slow (`PaceOptions.after`). */
  readonly paceAfter?: PaceOptions['after']
  readonly partitions?: number
  /** Receives decisions that are durable, in order: a copy, which costs. What it throws ends the run. */
  readonly onDecisions?: (decisions: readonly StoredDecisions[]) => void
  /** Told that more decisions, or what became of effects, are durable, to be read in the store. */
  readonly onRecorded?: () => void
  /** Receives effects that are durable, in order. What it throws ends the run. */
  readonly onEffects?: (effects: readonly NewEffect[]) => void
  /** Effects are recorded and not to be sent. */
  readonly isDry?: boolean
  /** What is in memory of the log already; made from it unless given. */
  readonly memory?: Memory
  /** Texts of keys and string features that it keeps; for tests. */
  readonly room?: TextBounds
  /** Makes batch runs; without it groups that are placed batch are as a job would give them that runs on time. */
  readonly compute?: Compute
  /** Batch runs of one group that the ledger keeps; for tests. */
  readonly runsKept?: number | undefined
  /** Trains models; without it none is, and what was trained is served. */
  readonly train?: TrainPort
  /** Looks at challengers; without it they challenge for ever. */
  readonly judge?: JudgePort
  /** Looks for drift; without it nobody does. */
  readonly look?: LookPort
  /** Makes reports; without it none is made. */
  readonly reporting?: Reporting
  /** Freshness objectives to measure decisions against; none by default. */
  readonly objectives?: ObjectivesFile
}

export interface Parts extends Omit<Opening, 'remembered' | 'results' | 'bodies'> {
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
  /** To be made before every other. */
  readonly first: Commit | undefined
}

/** Throws as `open` does, and `SPILL_IMPORT` where an import was broken off. */
export function partsOf(runnable: Runnable, options: RunOptions): Parts {
  const { ir, maps } = runnable
  const {
    store,
    clock = stampClock(),
    keep = Infinity,
    isDry = false,
    compute,
    train,
    judge,
    look,
    reporting,
    onReport = () => {},
  } = options
  refuseHalfDone(store)
  const logName = logNameOf(store)
  const freshness = new Freshness({ ir, clock, objectives: options.objectives, onReport })
  const { remembered, results, bodies, ...opened } = open(runnable, {
    ...options,
    hasRuns: compute !== undefined,
    freshness,
    stringsOf: (source, column) => appender.stringsOf(source, column),
    readAt: () => reading.at,
    otherFiles: () => batches?.files ?? partFilesIn(store),
    ...(ir.actions && {
      outbox: (strings: Strings, from: number) => new Outbox(ir, { store, strings, clock, logName, from, isDry }),
      exploration: new Exploration(ir, logName),
    }),
  })
  const { strings, log, lookup, decider, deciding } = opened
  const appender = new Appender({ ir, maps, strings, room: options.room, log, lookup, remembered })
  const { ticked, commit } = beginning(runnable, store, log, clock, logName)
  const ticks = new Ticks(decider.periods, ticked)
  const reading = new Reading({
    ir,
    strings,
    groups: decider.answering,
    now: () => Math.max(clock(), log.notBefore),
    nextTick: () => ticks.next,
    behind: () => (deciding.isIdle ? undefined : decider.clock),
  })
  reading.wasAt(manifestOf(store)?.readAt ?? -Infinity)
  const retention = keep === Infinity ? undefined : new Retention({ ir, store, log, keep, reach: () => batches?.reach ?? Infinity })
  const measured = { freshness, stages: new Stages(clock, store.lastStages()) }
  const batches =
    compute &&
    results &&
    bodies &&
    new Batches({
      ir,
      groups: [...decider.batches, ...decider.hybrids],
      store,
      log,
      strings,
      results,
      bodies,
      clock,
      compute,
      kept: options.runsKept,
      onReport,
    })
  const trainings = new Trainings({ ir, store, log, clock, train, judge, look, isDecided: () => deciding.isIdle, onReport })
  const reports = reporting && new Reports({ ...reporting, ir, store, log, clock, hasRuns: compute !== undefined, isDry, onReport })
  const left = trainings.left()
  const first = left.length > 0 ? { ...commit, put: [...(commit?.put ?? []), ...left] } : commit
  return { ...opened, ...measured, clock, appender, asked: new Asked(ir), ticks, reading, retention, batches, trainings, reports, first }
}
