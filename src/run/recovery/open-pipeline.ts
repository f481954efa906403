/**
 * A pipeline over a store, with its state in memory: the common base of a run and of an import of history.
 *
 * Opening replays the log up to the last recorded decision; later entries wait to be decided.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../base/index.ts'
import { partFilesIn } from '../../batch/index.ts'
import type { Strings } from '../../columns/index.ts'
import type { ScoringDefinitions } from '../../decision/index.ts'
import type { RowMap } from '../../intake/index.ts'
import {
  EventLookup,
  logStartOf,
  DECISION_PROGRESS,
  Log,
  type Commit,
  type CommitWriter,
  type NamedValues,
  type SavedStates,
  type DecisionLog,
  type SegmentLog,
  type SavedStateWriter,
} from '../../log/index.ts'
import type { AcceptedIds } from '../ingest/deduplicator.ts'
import { Checkpointer } from './checkpointer.ts'
import type { Decider } from '../decide/decider.ts'
import { DecisionQueue, parseProgress, type StringsOf } from '../decide/decision-queue.ts'
import { DecisionWriter } from '../decide/decision-codec.ts'
import { CHECKPOINT_MANIFEST } from './manifest.ts'
import { RunMemory, type RunMemoryOptions } from './run-state.ts'
import type { Exploration } from '../decide/exploration.ts'
import type { FreshnessTracker } from '../decide/freshness.ts'
import type { TraceContexts } from '../decide/trace-contexts.ts'
import type { Outbox } from '../decide/outbox.ts'
import { undecidedFrom } from './recover.ts'
import type { BatchResults } from '../groups/batch-results.ts'

/** A pipeline that can run: its IR and the functions of the user. */
export interface Runnable extends ScoringDefinitions {
  readonly fingerprint: string
  readonly maps: ReadonlyMap<string, RowMap>
}

/** Name of the stored pipeline that ran last: `{ fingerprint, ir }`. */
export const PIPELINE = 'pipeline'
/** Name of the stored time of the last tick. */
export const TICKED = 'ticked'

/** The stored form of a pipeline. */
export const pipelineText = ({ fingerprint, ir }: Runnable): string => JSON.stringify({ fingerprint, ir })

/** The store of an opened pipeline: the log, named values and saved state. */
export type PipelineStore = SegmentLog & DecisionLog & NamedValues & SavedStates & CommitWriter & SavedStateWriter

/** Options of `openPipeline`. */
export interface OpenPipelineOptions extends RunMemoryOptions {
  /** Makes the outbox of effects, if effects are wanted; no decision is before `from`, UTC ms. */
  readonly outbox?: (strings: Strings, from: number) => Outbox
  /** Draws explored decisions; absent for imported history, whose decisions are not answered. */
  readonly exploration?: Exploration
  /** Measures the freshness of decisions against objectives. */
  readonly freshness?: FreshnessTracker
  /** Trace contexts of entries that wait for their decisions. */
  readonly traces?: TraceContexts
  readonly store: PipelineStore
  readonly partitions?: number | undefined
  /** State that is already in memory; made from the log by default. */
  readonly memory?: RunMemory | undefined
  /** The strings of the columns of appended records. */
  readonly stringsOf: StringsOf
  readonly readAt?: () => number
  /** Names of needed files beside the log, without saved state; default: the results of batch runs in the ledger. */
  readonly otherFiles?: () => readonly string[]
}

/** The components of an opened pipeline that every turn uses. */
export interface RunCore {
  readonly strings: Strings
  readonly log: Log
  readonly lookup: EventLookup
  readonly decider: Decider
  readonly decisionQueue: DecisionQueue
  readonly checkpointer: Checkpointer
}

export interface OpenedPipeline extends RunCore {
  readonly acceptedIds: AcceptedIds
  readonly batchResults: BatchResults | undefined
}

/**
 * Opens a pipeline. Throws `SPILL_DATA` if the log is damaged, `SPILL_SCHEMA` if a changed source cannot read its events, and
 * `SPILL_UNSUPPORTED` for a group with the placement `corrected`.
 */
export function openPipeline(runnable: Runnable, options: OpenPipelineOptions): OpenedPipeline {
  const { store, partitions, stringsOf, onReport = () => {} } = options
  const memory = options.memory ?? new RunMemory(runnable, store, options)
  const { strings, decider, isRead, recovery, batchResults, champions } = memory
  memory.catchUp(store)
  const log = new Log(store, { sources: runnable.ir.sources, stringsOf, ...(partitions !== undefined && { partitions }) })
  const lookup = new EventLookup(store, log.schemas)
  const from = parseProgress(store.get(DECISION_PROGRESS))
  recovery.finish(log, from.entry, logStartOf(store))
  batchResults?.useStore(store)
  champions.useStore(store)
  for (const group of decider.batchGroups) batchResults?.restoreValues(group, from.entry)
  // Follow the swaps of the previous process.
  if (options.memory) for (const group of decider.hybridGroups) batchResults?.followSwaps(group, from.entry)
  decider.scoreAsOf(from.entry)
  const checkpointer = new Checkpointer({
    store,
    strings,
    groups: decider.statefulGroups,
    // State files of the previous process may be gone, so everything is saved again.
    restored: options.memory ? { files: [], count: 0 } : memory.restored,
    ...(options.readAt && { readAt: options.readAt }),
    otherFiles: options.otherFiles ?? (() => partFilesIn(store)),
    commit: text => store.commit({ put: [[CHECKPOINT_MANIFEST, text]] }),
    onError: error => onReport(`state could not be saved: ${(error as Error).message}`),
  })
  const writer = new DecisionWriter(runnable.fingerprint, strings, options.exploration)
  const outbox = options.outbox?.(strings, undecidedFrom(store, log, from.entry))
  const decisionQueue = new DecisionQueue({
    store,
    log,
    decider,
    writer,
    isRead,
    strings,
    outbox,
    freshness: options.freshness,
    traces: options.traces,
    from,
  })
  return {
    strings,
    log,
    lookup,
    decider,
    decisionQueue,
    checkpointer,
    acceptedIds: recovery.acceptedIds,
    batchResults,
  }
}

/** Name of the stored identity of the log. */
export const LOG_NAME = 'log'

/** The identity of the log, or a new one. */
export const logNameOf = (store: NamedValues): string => store.get(LOG_NAME) ?? randomUUID()

/** The state of a log at the start of a run. */
export interface RunStart {
  /** Time of the last tick, UTC ms. */
  readonly lastTick: number
  /** Undefined if nothing has changed. */
  readonly commit: Commit | undefined
}

/** The first commit of a run: the pipeline that runs, the start of its ticks, and the identity of the log. Compares with what is stored. */
export function runStart(runnable: Runnable, store: NamedValues, log: Log, clock: Clock, logName: string): RunStart {
  const { ir } = runnable
  const ticked = store.get(TICKED)
  // No tick follows an event that arrived after it: neither the first one ever, even if the clock went back, nor those of a model that is new
  // or ticks more often than the models before.
  const last = Math.max(ticked === undefined ? clock() : Number(ticked), log.notBefore - 1)
  const hasTicks = ir.models.some(({ decide }) => decide.kind === 'every')
  const definition = pipelineText(runnable)
  const put: [string, string][] = []
  if (ticked === undefined && hasTicks) put.push([TICKED, String(last)])
  if (store.get(PIPELINE) !== definition) put.push([PIPELINE, definition])
  if (store.get(LOG_NAME) !== logName) put.push([LOG_NAME, logName])
  const isNew = log.schemas.added.length > 0 || put.length > 0
  return { lastTick: last, commit: isNew ? { schemas: log.schemas.added, put } : undefined }
}
