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
} from '../../batch/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { CommitWriter, NamedValues, SavedStates, StateSink, SavedStateWriter } from '../../log/index.ts'
import type { BatchGroup } from '../groups/batch-group.ts'
import type { ResultPreparation } from '../groups/batch-results.ts'
import type { HybridGroup } from '../groups/hybrid-group.ts'
import type { BatchRunLedger } from './batch-run-ledger.ts'

/** Options of a batch run. */
export interface BatchRunOptions {
  readonly ir: PipelineIR
  readonly store: CommitWriter & NamedValues & SavedStates & SavedStateWriter
  readonly compute: ComputeRun
  readonly ledger: BatchRunLedger
  readonly group: BatchGroup | HybridGroup
  readonly record: BatchRunRecord
  readonly preparation: ResultPreparation
}

interface OpenPart {
  readonly sink: StateSink
  readonly blocks: Uint8Array[]
}

export class BatchRunExecution implements ResultSink {
  readonly #options: BatchRunOptions
  readonly #open = new Map<number, OpenPart>()
  /** The bytes of finished parts. */
  readonly #finishedParts = new Map<number, readonly Uint8Array[]>()
  readonly #files = new Set<string>()

  constructor(options: BatchRunOptions) {
    this.#options = options
  }

  /** Files that it writes or has written. */
  get files(): Iterable<string> {
    return this.#files
  }

  /** Computes the missing parts and prepares the result. Rejects as `compute` does, and if a part cannot be saved. */
  async run(signal: AbortSignal): Promise<BatchRunResult> {
    const { ir, compute, ledger, record, preparation } = this.#options
    const { group, source } = this.#options.group
    const { number, s: asOf, cut, resumed } = record
    const started = stopwatch()
    const partitions = resumed === undefined ? undefined : await this.#loadFinishedParts()
    const job = { group, source, sources: ir.sources, asOf, cut, ...(partitions !== undefined && { partitions }) }
    const [{ partitions: of, memory }] = await Promise.all([compute(job, this, signal), preparation.fill(signal)])
    const parts = [...ledger.partsOf(number).values()].sort((a, b) => a.partition - b.partition)
    assert(parts.length === of, 'a run that is done has all of its parts')
    const totals = totalsOf(parts)
    await preparation.load(this.#result(), totals)
    return { ...totals, seconds: (stopwatch() - started) / 1000, memory }
  }

  begin(): ReadonlySet<number> {
    return new Set(this.#finishedParts.keys())
  }

  async write(partition: number, block: Uint8Array<ArrayBuffer>): Promise<void> {
    const { sink, blocks } = this.#openPart(partition)
    blocks.push(block)
    await sink.append(block)
  }

  async endPart(part: ResultPart): Promise<void> {
    const { store, ledger, record } = this.#options
    const { sink, blocks } = this.#openPart(part.partition)
    await sink.finish()
    this.#open.delete(part.partition)
    this.#finishedParts.set(part.partition, blocks)
    await store.commit({ put: [ledger.putPart(record.number, part)] })
  }

  /** Discards unfinished parts. */
  async discard(): Promise<void> {
    this.#options.preparation.drop()
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

  /** The blocks of each part, in order; each part is released as it is read. */
  *#result(): Generator<readonly Uint8Array[]> {
    for (const [partition, blocks] of [...this.#finishedParts].sort(([a], [b]) => a - b)) {
      this.#finishedParts.delete(partition)
      yield blocks
    }
  }

  #openPart(partition: number): OpenPart {
    const { store, record } = this.#options
    let open = this.#open.get(partition)
    if (!open) {
      const file = partFile(record.number, partition)
      this.#files.add(file)
      open = { sink: store.createState(file), blocks: [] }
      this.#open.set(partition, open)
    }
    return open
  }
}
