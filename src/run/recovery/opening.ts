/**
 * A pipeline over a store, with its state in memory: the common base of a run and of an import of history.
 *
 * Opening replays the log up to the last recorded decision; later entries wait to be decided.
 */
import { partFilesIn } from '../../batch/ledger.ts'
import type { Strings } from '../../columns/strings.ts'
import type { Definitions } from '../../decision/scoring.ts'
import type { RowMap } from '../../intake/mapping.ts'
import { EventLookup } from '../../log/event-lookup.ts'
import { beginsOf } from '../../log/begins.ts'
import { DECIDED } from '../../log/decided.ts'
import { Log } from '../../log/log.ts'
import type { LogStore } from '../../log/store.ts'
import type { Remembered } from '../ingest/accepted-ids.ts'
import type { Bodies } from '../groups/snapshots.ts'
import { Checkpointer } from './checkpointer.ts'
import type { Decider } from '../decide/decider.ts'
import { Deciding, progressOf, type StringsOf } from '../decide/decision-queue.ts'
import { DecisionWriter } from '../decide/decision-codec.ts'
import { MANIFEST } from './manifest.ts'
import { Memory, type MemoryOptions } from './run-state.ts'
import type { Exploration } from '../decide/exploration.ts'
import type { Freshness } from '../decide/freshness.ts'
import type { Outbox } from '../decide/outbox.ts'
import { undecidedFrom } from './recover.ts'
import type { Results } from '../groups/batch-results.ts'

/** A pipeline that can run: its IR and the functions of the user. */
export interface Runnable extends Definitions {
  readonly fingerprint: string
  readonly maps: ReadonlyMap<string, RowMap>
}

/** Name of the stored pipeline that ran last: `{ fingerprint, ir }`. */
export const PIPELINE = 'pipeline'
/** Name of the stored time of the last tick. */
export const TICKED = 'ticked'

/** The stored form of a pipeline. */
export const pipelineText = ({ fingerprint, ir }: Runnable): string => JSON.stringify({ fingerprint, ir })

/** Options of `openPipeline`. */
export interface OpeningOptions extends MemoryOptions {
  /** Makes the outbox of effects, if effects are wanted; no decision is before `from`, UTC ms. */
  readonly outbox?: (strings: Strings, from: number) => Outbox
  /** Draws explored decisions; absent for imported history, whose decisions are not answered. */
  readonly exploration?: Exploration
  /** Measures the freshness of decisions against objectives. */
  readonly freshness?: Freshness
  readonly store: LogStore
  readonly partitions?: number | undefined
  /** State that is already in memory; made from the log by default. */
  readonly memory?: Memory | undefined
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
  readonly deciding: Deciding
  readonly checkpointer: Checkpointer
}

/** The components of an opened pipeline. */
export interface Opening extends RunCore {
  readonly remembered: Remembered
  readonly results: Results | undefined
  readonly bodies: Bodies | undefined
}

/**
 * Opens a pipeline. Throws `SPILL_DATA` if the log is damaged, `SPILL_SCHEMA` if a changed source cannot read its events, and
 * `SPILL_UNSUPPORTED` for a group with the placement `corrected`.
 */
export function open(runnable: Runnable, options: OpeningOptions): Opening {
  const { store, partitions, stringsOf, onReport = () => {} } = options
  const memory = options.memory ?? new Memory(runnable, store, options)
  const { strings, decider, isLookedAt, recovery, results, bodies, champions } = memory
  memory.catchUp(store)
  const log = new Log(store, { sources: runnable.ir.sources, stringsOf, ...(partitions !== undefined && { partitions }) })
  const lookup = new EventLookup(store, log.schemas.columnsOf)
  const from = progressOf(store.get(DECIDED))
  recovery.finish(log, from.entry, beginsOf(store))
  results?.over(store)
  champions.over(store)
  for (const group of decider.batches) group.swap(results?.at(group, from.entry))
  bodies?.over(store)
  // Follow the swaps of the previous process.
  if (options.memory) for (const group of decider.hybrids) bodies?.follow(group, from.entry)
  decider.scoreAsOf(from.entry)
  const checkpointer = new Checkpointer({
    store,
    strings,
    groups: decider.groups,
    // State files of the previous process may be gone, so everything is saved again.
    restored: options.memory ? { files: [], count: 0 } : memory.restored,
    ...(options.readAt && { readAt: options.readAt }),
    otherFiles: options.otherFiles ?? (() => partFilesIn(store)),
    commit: text => store.commit({ put: [[MANIFEST, text]] }),
    onError: error => onReport(`state could not be saved: ${(error as Error).message}`),
  })
  const writer = new DecisionWriter(runnable.fingerprint, strings, options.exploration)
  const outbox = options.outbox?.(strings, undecidedFrom(store, log, from.entry))
  const deciding = new Deciding({ store, log, decider, writer, isLookedAt, strings, outbox, freshness: options.freshness, from })
  return { strings, log, lookup, decider, deciding, checkpointer, remembered: recovery.remembered, results, bodies }
}
