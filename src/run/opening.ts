/**
 * A pipeline over a store, with what its log says in memory: what an import of history stands on.
 *
 * Takes the log again as far as its decisions are recorded; entries behind that wait to be decided.
 */
import type { Strings } from '../columns/strings.ts'
import { EventLookup } from '../log/event-lookup.ts'
import { Log } from '../log/log.ts'
import type { LogStore } from '../log/store.ts'
import type { Remembered } from './appender.ts'
import { Checkpointer, MANIFEST } from './checkpointer.ts'
import type { Decider } from './decider.ts'
import { Deciding, progressOf, type StringsOf } from './deciding.ts'
import { DecisionWriter } from './decision-codec.ts'
import { DECIDED, Memory, type MemoryOptions } from './memory.ts'
import type { Runnable } from './run.ts'

export interface OpeningOptions extends MemoryOptions {
  readonly store: LogStore
  /** Where the texts of what is appended have their ids. */
  readonly stringsOf: StringsOf
}

export interface Opening {
  readonly strings: Strings
  readonly log: Log
  readonly lookup: EventLookup
  readonly decider: Decider
  readonly deciding: Deciding
  readonly checkpointer: Checkpointer
  readonly remembered: Remembered
}

/** Throws as a run does. */
export function open(runnable: Runnable, options: OpeningOptions): Opening {
  const { store, stringsOf, onReport = () => {} } = options
  const memory = new Memory(runnable, store, options)
  const { strings, decider, isLookedAt, recovery, restored } = memory
  memory.catchUp(store)
  const log = new Log(store, { sources: runnable.ir.sources, stringsOf })
  const lookup = new EventLookup(store, log.schemas.columnsOf)
  const from = progressOf(store.get(DECIDED))
  recovery.finish(log, from.entry)
  const checkpointer = new Checkpointer({
    store,
    strings,
    groups: decider.groups,
    restored,
    commit: text => store.commit({ put: [[MANIFEST, text]] }),
    onError: error => onReport(`state could not be saved: ${(error as Error).message}`),
  })
  const writer = new DecisionWriter(runnable.fingerprint, strings)
  const deciding = new Deciding({ store, log, decider, writer, isLookedAt, strings, from })
  return { strings, log, lookup, decider, deciding, checkpointer, remembered: recovery.remembered }
}
