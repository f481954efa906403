/**
 * The state of a run in memory: strings, groups, and accepted ids. It is built before the run, so a process that takes over can get ready
 * while its predecessor still runs.
 */
import { SpillwayError } from '../../base/index.ts'
import { Strings } from '../../columns/index.ts'
import { columnsRead, type ScoringDefinitions } from '../../decision/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { DECISION_PROGRESS, Log, type NamedValues, type SegmentLog } from '../../log/index.ts'
import { Champions } from '../decide/champions.ts'
import { Decider } from '../decide/decider.ts'
import { parseProgress } from '../decide/decision-queue.ts'
import { restoreManifest, type StateFile } from './manifest.ts'
import { Recovery, restoreGroups } from './recover.ts'
import { BatchResults, type ResultStore } from '../groups/batch-results.ts'

/** Options of the state of a run. */
export interface RunMemoryOptions {
  /** Retention of the log, ms, as given by `retentionMs`; default: everything. */
  readonly keep?: number | undefined
  /** Batch runs are made beside the run. Without them, groups with a batch placement behave as if a job ran on time. */
  readonly hasRuns?: boolean | undefined
  /** Ids kept within `dedupe` for one source; for tests. */
  readonly idsMax?: number | undefined
  /** Receives messages about problems that were repaired, such as unusable saved state. */
  readonly onReport?: ((report: string) => void) | undefined
  /** Receives the number of replayed entries, and the total. */
  readonly onProgress?: ((entries: number, of: number) => void) | undefined
}

/** The state of a run before it starts. */
export class RunMemory {
  readonly strings = new Strings()
  readonly decider: Decider
  readonly recovery: Recovery
  /** Results of batch runs, if they are made. */
  readonly batchResults: BatchResults | undefined
  readonly champions: Champions
  /** String files that were restored, and the number of strings in them. */
  readonly restored: { readonly files: readonly StateFile[]; readonly count: number }
  readonly isRead: (source: string, column: string) => boolean
  readonly #definitions: ScoringDefinitions
  readonly #onProgress: RunMemoryOptions['onProgress']

  /**
   * Restores the state beside a log, which another process may be writing. Throws `SPILL_DATA` and `SPILL_SCHEMA` as a run does, and
   * `SPILL_UNSUPPORTED` for a group with the placement `corrected`.
   */
  constructor(
    definitions: ScoringDefinitions,
    store: ResultStore,
    { keep = Infinity, idsMax, hasRuns = false, onReport = () => {}, onProgress }: RunMemoryOptions = {},
  ) {
    const { ir } = definitions
    const { strings } = this
    checkSupported(ir)
    const shared = columnsRead(ir)
    this.isRead = (source, column) => shared.get(source)?.has(column) === true
    this.#definitions = definitions
    this.#onProgress = onProgress
    const manifest = restoreManifest(store, strings, onReport)
    this.restored = { files: manifest?.strings ?? [], count: strings.size }
    this.batchResults = hasRuns ? new BatchResults({ ir, store, strings, onReport }) : undefined
    this.champions = new Champions({ ir, store, onReport })
    const { batchResults, champions, isRead } = this
    const decider = (this.decider = new Decider(definitions, strings, { batchResults, champions }))
    const { entry: decided } = parseProgress(store.get(DECISION_PROGRESS))
    this.recovery = new Recovery({
      ir,
      store,
      log: this.#logOf(store),
      strings,
      decider,
      groupStarts: restoreGroups(decider.statefulGroups, { store, manifest, batchResults, decided, onReport }),
      isRead,
      decided,
      keep,
      idsMax,
    })
  }

  /** Replays the log up to the last recorded decision. Returns the first undecided entry. */
  catchUp(store: SegmentLog & NamedValues): number {
    const { entry } = parseProgress(store.get(DECISION_PROGRESS))
    this.recovery.advance(this.#logOf(store), entry, this.#onProgress)
    return entry
  }

  #logOf(store: SegmentLog & NamedValues): Log {
    return new Log(store, { sources: this.#definitions.ir.sources, stringsOf: () => this.strings })
  }
}

function checkSupported({ groups }: PipelineIR): void {
  const corrected = groups.find(({ place }) => place.kind === 'corrected')
  if (corrected)
    throw new SpillwayError(
      'SPILL_UNSUPPORTED',
      `group '${corrected.name}' is placed corrected, which is for reports: a decision cannot use later events`,
    )
}
