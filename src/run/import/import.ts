/**
 * Imports histories from files into the durable log. Each event keeps its own arrival; the merged order is decided and committed as in the
 * turns of a run, so a run can continue from there (semantics, the log).
 *
 * Nothing is committed before all files are read and validated. Until the import is done the log ends in the middle of a history, which a
 * record in the log says. An interrupted import is repeated from the same files, and the existing entries are compared byte by byte before
 * it continues. Memory: the histories, as in a replay, and the rejected records.
 */
import { yieldToEventLoop, wallClock, type Clock, SpillwayError, limits, type StrictOmit, sumBy } from '../../base/index.ts'
import { columnsRead } from '../../decision/index.ts'
import type { SourceHistory, HistoryBuilder, SourceRejection } from '../../intake/index.ts'
import { DECISION_PROGRESS, type AppendResult, type Commit } from '../../log/index.ts'
import { loadIntakes, type LoadOptions, type SourceFile } from '../../replay/index.ts'
import { parseProgress, progressText, type DecisionStep } from '../decide/decision-queue.ts'
import { importDeduplication } from './import-deduplication.ts'
import { importSegments, PastTicks, type ImportedHistory } from './import-order.ts'
import { storeBefore, unfinishedImport } from './import-record.ts'
import { putImportRecord, type ImportRecord } from '../history/import-records.ts'
import {
  openPipeline,
  PIPELINE,
  pipelineText,
  TICKED,
  type OpenedPipeline,
  type PipelineStore,
  type Runnable,
} from '../recovery/open-pipeline.ts'

/** Options of an import. */
export interface ImportOptions extends Partial<Pick<LoadOptions, 'onRejected' | 'onUndecodable' | 'onWarning'>> {
  readonly store: PipelineStore
  readonly files: readonly SourceFile[]
  /** Clock that stamps rejected records. */
  readonly clock?: Clock
  /** Receives the current stage, and its completed share, 0 to 1. */
  readonly onProgress?: (stage: string, share: number) => void
  /** Receives messages about problems that were repaired. */
  readonly onReport?: (report: string) => void
  /** Most entries of one segment. */
  readonly atOnce?: number
}

/** The result of an import. */
export interface ImportResult {
  readonly histories: ReadonlyMap<string, SourceHistory>
  /** Its entries of the log: [from, end). */
  readonly from: number
  readonly end: number
  /** Number of entries that an interrupted import had already appended. */
  readonly alreadyImported: number
}

/**
 * Imports histories; does not close the store. Throws as `load` does, `SPILL_TRUNCATED` for an incomplete file, `SPILL_INPUT` for a
 * history that begins before the end of the log, `SPILL_IMPORT` after another unfinished import, or before entries of a run are decided: an
 * import makes no effects; and as `openPipeline` does.
 */
export async function importHistories(runnable: Runnable, options: ImportOptions): Promise<ImportResult> {
  const { store, files, onProgress, onReport = () => {} } = options
  const record = unfinishedImport(store)
  const names = files.map(({ source, path }) => `${source}=${path}`)
  if (record) checkSame(record, runnable, names)
  let intakes: ReadonlyMap<string, HistoryBuilder> = new Map()
  const opening = openPipeline(runnable, {
    store: record ? storeBefore(store, record.from) : store,
    stringsOf: (source, column) => intakes.get(source)!.stringsOf(column),
    onReport,
    onProgress: (entries, of) => onProgress?.('taking the log again', entries / of),
  })
  const committer = new ImportCommitter(
    store,
    opening,
    record ?? { from: opening.log.end, fingerprint: runnable.fingerprint, files: names, letters: 0 },
  )
  if (!record && !opening.decisionQueue.isIdle)
    throw new SpillwayError(
      'SPILL_IMPORT',
      'a run that ended early left entries in the log without their decisions and effects; start `spillway run` once, which makes them, and import then',
    )
  const rejected: SourceRejection[] = []
  const { deduplicate, hashes } = importDeduplication(opening)
  const shared = columnsRead(runnable.ir)
  intakes = await loadIntakes(
    runnable,
    files,
    {
      ...loadOptions(options),
      onRejected: rejection => {
        rejected.push(rejection)
        options.onRejected?.(rejection)
      },
    },
    ({ name }) => ({ strings: opening.strings, shared: shared.get(name), deduplicate }),
  )
  const histories = new Map([...intakes].map(([name, intake]) => [name, intake.finish()]))
  await committer.begin(rejected, (options.clock ?? wallClock)())
  const all = runnable.ir.sources.map(({ name }): ImportedHistory => ({ history: histories.get(name)!, ...hashes.get(name)! }))
  await append(all, opening, committer, intakes, options)
  await committer.finish(runnable, Math.max(...all.map(({ history: { block } }) => block.arrival[block.length - 1] ?? -Infinity)))
  return { histories, from: committer.from, end: opening.log.end, alreadyImported: committer.alreadyImported }
}

const loadOptions = ({ onUndecodable, onWarning, onProgress }: ImportOptions): StrictOmit<LoadOptions, 'onRejected'> => ({
  ...(onUndecodable && { onUndecodable }),
  ...(onWarning && { onWarning }),
  onProgress: (path, share) => onProgress?.(`reading ${path}`, share),
})

async function append(
  all: readonly ImportedHistory[],
  { log, decider, decisionQueue: deciding }: OpenedPipeline,
  committer: ImportCommitter,
  intakes: ReadonlyMap<string, HistoryBuilder>,
  { store, onProgress, atOnce }: ImportOptions,
): Promise<void> {
  const events = sumBy(all, ({ history }) => history.block.length)
  const ticked = log.end === 0 ? undefined : store.get(TICKED)
  const first = Math.min(...all.map(({ history: { block } }) => block.arrival[0] ?? Infinity))
  const ticks = new PastTicks(decider.tickTriggers, ticked === undefined ? first : Math.max(Number(ticked) + 1, log.notBefore))
  let done = 0
  for (const segment of importSegments(all, ticks, log.notBefore, atOnce)) {
    const appended = log.append(segment)
    await committer.commit(
      appended,
      deciding.decide(appended, (source, column) => intakes.get(source)!.stringsOf(column)),
    )
    for (const { block } of segment.sources) done += block.length
    onProgress?.('appending and deciding', done / events)
  }
}

function checkSame(record: ImportRecord, { fingerprint }: Runnable, files: readonly string[]): void {
  const problem = `an import from ${record.files.join(', ')} into this folder was broken off`
  if (record.files.join('\n') !== files.join('\n'))
    throw new SpillwayError(
      'SPILL_IMPORT',
      `${problem}; give the same files, in the same order, to go on with it, or begin again in a new folder`,
    )
  if (record.fingerprint !== fingerprint)
    throw new SpillwayError('SPILL_IMPORT', `${problem}, and the pipeline was changed since; begin again in a new folder`)
}

/** Commits missing entries, some commits at a time, and compares the others with the store. */
class ImportCommitter {
  readonly #store: PipelineStore
  readonly #opening: OpenedPipeline
  readonly #pending: Promise<void>[] = []
  /** Contents of the store at the start: entries below `#end`, decisions up to `#decided`. */
  readonly #end: number
  readonly #decided: ReturnType<typeof parseProgress>
  #record: ImportRecord

  constructor(store: PipelineStore, opening: OpenedPipeline, record: ImportRecord) {
    this.#store = store
    this.#opening = opening
    this.#record = record
    const last = store.lastSegment()
    this.#end = last ? last.first + last.entries : 0
    this.#decided = parseProgress(store.get(DECISION_PROGRESS))
  }

  get from(): number {
    return this.#record.from
  }

  get alreadyImported(): number {
    return this.#end - this.from
  }

  /** Commits the record of the import, and the rejected records. */
  async begin(rejected: readonly SourceRejection[], at: number): Promise<void> {
    const { letters, from } = this.#record
    if (rejected.length < letters) this.#rejectDifferent()
    if (this.alreadyImported === 0 && letters === 0)
      await this.#send({ schemas: this.#opening.log.schemas.added, put: [putImportRecord(this.#record)] })
    for (let next = letters; next < rejected.length; next += limits.IMPORT_ENTRIES) {
      const dead = rejected.slice(next, next + limits.IMPORT_ENTRIES).map(rejection => ({ ...rejection, sequence: from, at }))
      this.#record = { ...this.#record, letters: next + dead.length }
      await this.#send({ deadLetters: dead, put: [putImportRecord(this.#record)] })
    }
  }

  async commit({ stored }: AppendResult, decided: DecisionStep | undefined): Promise<void> {
    if (stored.first >= this.#end) await this.#send({ segment: stored, ...(decided && decisionCommit(decided)) })
    else {
      const existing = this.#store.segmentAt(stored.first)
      if (!existing || existing.first !== stored.first || Buffer.compare(existing.bytes, stored.bytes) !== 0) this.#rejectDifferent()
    }
    for (let next = this.#opening.decisionQueue.decideNext(); next; next = this.#opening.decisionQueue.decideNext())
      await this.#commitDecisions(next)
  }

  /** Finishes the import and saves the state, so that a run starts at once. `last`: its last arrival, UTC ms. */
  async finish(runnable: Runnable, last: number): Promise<void> {
    const { log, decider, checkpointer } = this.#opening
    if (log.end < this.#end) this.#rejectDifferent()
    const ticked: [string, string][] = decider.tickTriggers.length > 0 && Number.isFinite(last) ? [[TICKED, String(last)]] : []
    await this.#settlePending()
    await this.#store.commit({ put: [putImportRecord({ ...this.#record, end: log.end }), [PIPELINE, pipelineText(runnable)], ...ticked] })
    for (checkpointer.begin(log.end); !checkpointer.isIdle; checkpointer.saveNext()) await yieldToEventLoop()
  }

  /** The store may already have some decisions of an interrupted tick. */
  async #commitDecisions(decided: DecisionStep): Promise<void> {
    const { entry, skip } = decided.progress
    const isRecorded = entry < this.#decided.entry || (entry === this.#decided.entry && skip <= this.#decided.skip)
    if (!isRecorded) await this.#send(decisionCommit(decided))
  }

  async #send(commit: Commit): Promise<void> {
    const sent = this.#store.commit(commit)
    // The error reaches those who await the commit.
    sent.catch(() => {})
    this.#pending.push(sent)
    if (this.#pending.length >= limits.TURNS_IN_FLIGHT_MAX) await this.#pending.shift()
  }

  async #settlePending(): Promise<void> {
    await Promise.all(this.#pending.splice(0))
  }

  #rejectDifferent(): never {
    throw new SpillwayError(
      'SPILL_IMPORT',
      `the log's entries of this import, from entry ${this.from} on, differ from these files; begin again in a new folder`,
    )
  }
}

const decisionCommit = ({ decisions, progress }: DecisionStep): Commit => ({
  decisions,
  put: [[DECISION_PROGRESS, progressText(progress)]],
})
