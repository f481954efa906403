/**
 * A pipeline over a store, with what its log says in memory: what whoever appends to it stands on, a run or an import of history.
 *
 * Takes the log again as far as its decisions are recorded; entries behind that wait to be decided.
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

/** What a run needs of a pipeline: its IR and the user's functions. */
export interface Runnable extends Definitions {
  readonly fingerprint: string
  readonly maps: ReadonlyMap<string, RowMap>
}

/** The value that says which pipeline ran last: `{ fingerprint, ir }`. */
export const PIPELINE = 'pipeline'
/** The value that says when the last tick was. */
export const TICKED = 'ticked'

/** A pipeline as the log keeps it. */
export const pipelineText = ({ fingerprint, ir }: Runnable): string => JSON.stringify({ fingerprint, ir })

export interface OpeningOptions extends MemoryOptions {
  /** Makes what follows from decisions, if anything shall; none of them is before `from`, UTC ms. */
  readonly outbox?: (strings: Strings, from: number) => Outbox
  /** What is left undone of decisions; nothing of a history, whose decisions nobody waits for. */
  readonly exploration?: Exploration
  /** Measures decisions by freshness objectives, if anything shall. */
  readonly freshness?: Freshness
  readonly store: LogStore
  readonly partitions?: number | undefined
  /** What is in memory of the log already; made from it unless given. */
  readonly memory?: Memory | undefined
  /** Where the texts of what is appended have their ids. */
  readonly stringsOf: StringsOf
  readonly readAt?: () => number
  /** Names of needed files beside the log, without saved state; by default the results of batch runs that the ledger keeps. */
  readonly otherFiles?: () => readonly string[]
}

export interface Opening {
  readonly strings: Strings
  readonly log: Log
  readonly lookup: EventLookup
  readonly decider: Decider
  readonly deciding: Deciding
  readonly checkpointer: Checkpointer
  readonly remembered: Remembered
  readonly results: Results | undefined
  readonly bodies: Bodies | undefined
}

/**
 * Throws `SPILL_DATA` where the log is damaged, `SPILL_SCHEMA` where a source was changed so that its events cannot be read, and `SPILL_UNSUPPORTED` for a
 * group that is placed corrected.
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
  // What another process swapped in meanwhile.
  if (options.memory) for (const group of decider.hybrids) bodies?.follow(group, from.entry)
  decider.scoreAsOf(from.entry)
  const checkpointer = new Checkpointer({
    store,
    strings,
    groups: decider.groups,
    // The files that another process has restored from may be gone: what is taken over is saved whole.
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
