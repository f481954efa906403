/**
 * One batch run in progress: receives its parts, saves each to a file of its own, and records it in the ledger. If the process ends, the
 * next one resumes after the finished parts; a damaged part is made again.
 */
import { assert, yieldToEventLoop, stopwatch } from '../../base/index.ts'
import {
  type ComputeRun,
  type ResultPart,
  type ResultSink,
  partFile,
  totalsOf,
  type BatchRunResult,
  type BatchRunRecord,
  readPart,
  readResultBlocks,
  BatchValues,
} from '../../batch/index.ts'
import type { Strings } from '../../columns/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { CommitWriter, NamedValues, SavedStates, StateSink, SavedStateWriter, Log } from '../../log/index.ts'
import type { BatchGroup } from '../groups/batch-group.ts'
import type { Snapshots } from '../groups/snapshots.ts'
import { HybridGroup } from '../groups/hybrid-group.ts'
import { LayerPreparation } from '../groups/layer-preparation.ts'
import type { BatchRunLedger } from './batch-run-ledger.ts'

/** Options of a batch run. */
export interface BatchRunOptions {
  readonly ir: PipelineIR
  readonly store: CommitWriter & NamedValues & SavedStates & SavedStateWriter
  readonly strings: Strings
  readonly compute: ComputeRun
  readonly ledger: BatchRunLedger
  readonly group: BatchGroup | HybridGroup
  readonly snapshots: Snapshots
  readonly log: Log
  readonly record: BatchRunRecord
}

interface OpenPart {
  readonly sink: StateSink
  readonly pieces: Uint8Array[]
}

export class BatchRunExecution implements ResultSink {
  readonly #options: BatchRunOptions
  readonly #open = new Map<number, OpenPart>()
  /** The bytes of finished parts. */
  readonly #finishedParts = new Map<number, readonly Uint8Array[]>()
  readonly #files = new Set<string>()

  /** The new layers, if the group is hybrid. */
  readonly #layers: LayerPreparation | undefined

  constructor(options: BatchRunOptions) {
    this.#options = options
    if (options.group instanceof HybridGroup) this.#layers = new LayerPreparation(options.group, options)
  }

  /** Files that it writes or has written. */
  get files(): Iterable<string> {
    return this.#files
  }

  /** Computes the missing parts. Rejects as `compute` does, and if a part cannot be saved. */
  async run(signal: AbortSignal): Promise<{ readonly values: BatchValues | undefined; readonly done: BatchRunResult }> {
    const { ir, compute, ledger, record } = this.#options
    const { group, source } = this.#options.group
    const { number, s, cut, resumed } = record
    const started = stopwatch()
    const partitions = resumed === undefined ? undefined : await this.#loadFinishedParts()
    const job = { group, source, sources: ir.sources, s, cut, ...(partitions !== undefined && { partitions }) }
    const [result] = await Promise.all([compute(job, this, signal), this.#layers?.fill(signal)])
    const parts = [...ledger.partsOf(number).values()].sort((a, b) => a.partition - b.partition)
    assert(parts.length === result.partitions, 'a run that is done has all of its parts')
    const sum = totalsOf(parts)
    const values = this.#layers ? undefined : await this.#values(sum)
    await this.#layers?.restore(this.#result())
    return { values, done: { ...sum, seconds: (stopwatch() - started) / 1000, memory: result.memory } }
  }

  begin(): ReadonlySet<number> {
    return new Set(this.#finishedParts.keys())
  }

  async write(partition: number, piece: Uint8Array<ArrayBuffer>): Promise<void> {
    const { sink, pieces } = this.#openPart(partition)
    pieces.push(piece)
    await sink.append(piece)
  }

  async endPart(part: ResultPart): Promise<void> {
    const { store, ledger, record } = this.#options
    const { sink, pieces } = this.#openPart(part.partition)
    await sink.finish()
    this.#open.delete(part.partition)
    this.#finishedParts.set(part.partition, pieces)
    await store.commit({ put: [ledger.putPart(record.number, part)] })
  }

  /** Discards unfinished parts. */
  async discard(): Promise<void> {
    this.#layers?.drop()
    for (const { sink } of this.#open.values()) await sink.discard().catch(() => {})
  }

  /** Loads the parts that an earlier process saved of this run. Returns the number of partitions of that process, if any part is left. */
  async #loadFinishedParts(): Promise<number | undefined> {
    const { store, ledger, record } = this.#options
    const { number } = record
    let partitionCount: number | undefined
    for (const part of ledger.partsOf(number).values()) {
      const bytes = readPart(store, number, part)
      await yieldToEventLoop()
      if (!bytes) continue
      partitionCount = part.of
      this.#finishedParts.set(part.partition, [bytes])
      this.#files.add(partFile(number, part.partition))
    }
    return partitionCount
  }

  /** The pieces of each part, in order; each part is released as it is read. */
  *#result(): Generator<readonly Uint8Array[]> {
    for (const [partition, pieces] of [...this.#finishedParts].sort(([a], [b]) => a - b)) {
      this.#finishedParts.delete(partition)
      yield pieces
    }
  }

  /** The values of all parts; some thousand keys at a time, between turns. */
  async #values({ known, keys }: Pick<BatchRunResult, 'known' | 'keys'>): Promise<BatchValues> {
    const { strings, record } = this.#options
    const { group, source } = this.#options.group
    const { number, s } = record
    const values = new BatchValues(group, source, strings, { run: number, s, known, keys })
    for (const pieces of this.#result())
      for (const bytes of pieces)
        for (const piece of readResultBlocks(bytes, group, source, strings, `the result of run ${number}`)) {
          values.add(piece)
          await yieldToEventLoop()
        }
    assert(values.length === keys, 'the values of a run are those of all of its parts')
    return values
  }

  #openPart(partition: number): OpenPart {
    const { store, record } = this.#options
    let open = this.#open.get(partition)
    if (!open) {
      const file = partFile(record.number, partition)
      this.#files.add(file)
      open = { sink: store.createState(file), pieces: [] }
      this.#open.set(partition, open)
    }
    return open
  }
}
