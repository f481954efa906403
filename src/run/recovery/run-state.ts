/**
 * What a run has in memory of its log: strings, groups, and what was accepted. Made before the run, so that a process which is to follow another can get
 * ready while that one still runs.
 */
import { SpillwayError } from '../../base/errors.ts'
import { Strings } from '../../columns/strings.ts'
import { columnsLookedAt } from '../../decision/reads.ts'
import type { Definitions } from '../../decision/scoring.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { DECIDED } from '../../log/decided.ts'
import { Log } from '../../log/log.ts'
import type { StoredLog } from '../../log/store.ts'
import { Bodies } from '../groups/snapshots.ts'
import { Champions } from '../decide/champions.ts'
import { Decider } from '../decide/decider.ts'
import { progressOf } from '../decide/decision-queue.ts'
import { restoredManifest, type StateFile } from './manifest.ts'
import { Recovery } from './recover.ts'
import { Results } from '../groups/batch-results.ts'

export interface MemoryOptions {
  /** Milliseconds for which the log is kept, as `keptFor` gives them; all of it unless given. */
  readonly keep?: number | undefined
  /** Batch runs are made beside the run; without it groups that are placed batch are as a job would give them that runs on time. */
  readonly hasRuns?: boolean | undefined
  /** Ids remembered within `dedupe`, one source; for tests. */
  readonly idsMax?: number | undefined
  /** What went wrong and was mended: saved state that could not be used, in words. */
  readonly onReport?: ((report: string) => void) | undefined
  /** Entries of the log taken again, of those to take. */
  readonly onProgress?: ((entries: number, of: number) => void) | undefined
}

export class Memory {
  readonly strings = new Strings()
  readonly decider: Decider
  readonly recovery: Recovery
  /** Of batch runs, where they are made. */
  readonly results: Results | undefined
  readonly bodies: Bodies | undefined
  readonly champions: Champions
  /** String files that were restored, and how many strings they gave. */
  readonly restored: { readonly files: readonly StateFile[]; readonly count: number }
  readonly isLookedAt: (source: string, column: string) => boolean
  readonly #definitions: Definitions
  readonly #onProgress: MemoryOptions['onProgress']

  /**
   * Restores what was saved beside a log, which another process may be writing. Throws `SPILL_DATA` and `SPILL_SCHEMA` as a run does, and `SPILL_UNSUPPORTED` for
   * a group that is placed corrected.
   */
  constructor(
    definitions: Definitions,
    store: StoredLog,
    { keep = Infinity, idsMax, hasRuns = false, onReport = () => {}, onProgress }: MemoryOptions = {},
  ) {
    const { ir } = definitions
    const { strings } = this
    checkSupported(ir)
    const lookedAt = columnsLookedAt(ir)
    this.isLookedAt = (source, column) => lookedAt.get(source)?.has(column) === true
    this.#definitions = definitions
    this.#onProgress = onProgress
    const manifest = restoredManifest(store, strings, onReport)
    this.restored = { files: manifest?.strings ?? [], count: strings.size }
    this.results = hasRuns ? new Results({ ir, store, strings, onReport }) : undefined
    this.bodies = hasRuns ? new Bodies({ ir, store, strings, onReport }) : undefined
    this.champions = new Champions({ ir, store, onReport })
    this.decider = new Decider(definitions, strings, { results: this.results, bodies: this.bodies, champions: this.champions })
    const { decider, isLookedAt, bodies } = this
    const { entry: decided } = progressOf(store.get(DECIDED))
    this.recovery = new Recovery({
      ir,
      store,
      log: this.#logOf(store),
      strings,
      decider,
      bodies,
      isLookedAt,
      decided,
      keep,
      idsMax,
      manifest,
      onReport,
    })
  }

  /** Takes the log as far as it is decided now. Returns how far that is. */
  catchUp(store: StoredLog): number {
    const { entry } = progressOf(store.get(DECIDED))
    this.recovery.advance(this.#logOf(store), entry, this.#onProgress)
    return entry
  }

  #logOf(store: StoredLog): Log {
    return new Log(store, { sources: this.#definitions.ir.sources, stringsOf: () => this.strings })
  }
}

function checkSupported({ groups }: PipelineIR): void {
  const corrected = groups.find(({ place }) => place.kind === 'corrected')
  if (corrected)
    throw new SpillwayError(
      'SPILL_UNSUPPORTED',
      `group '${corrected.name}' is placed corrected, which is for reports: nothing decides by what it knows later`,
    )
}
