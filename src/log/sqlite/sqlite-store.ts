/**
 * The log's store in one SQLite file: a reader of committed data on this thread, and a writer in a thread of its own, so that no fsync
 * blocks this thread.
 */
import { Worker } from 'node:worker_threads'
import { SpillwayError, limits } from '../../base/index.ts'
import type { Commit, LogStore, StateSink } from '../store.ts'
import { threadFile, WalCheckpointer } from './wal-checkpointer.ts'
import { Gate } from './gate.ts'
import { SqliteReader } from './reader.ts'
import { storeError } from './sqlite.ts'
import { StateFiles } from './state-files.ts'
import type { WriterReply, WriterRequest, WriterData } from './writer-thread.ts'

export interface SqliteStoreOptions {
  /** Milliseconds added to each fsync, to simulate a slower disk. For benches and tests. */
  readonly fsyncMs?: number | undefined
  /** Greatest size of the file in pages of 4 KiB, to simulate a full disk. For tests. */
  readonly pagesMax?: number | undefined
}

interface PendingCommit {
  readonly number: number
  readonly resolve: () => void
  readonly reject: (error: SpillwayError) => void
}

export class SqliteStore extends SqliteReader implements LogStore {
  readonly #path: string
  readonly #writer: Worker
  readonly #checkpointer: WalCheckpointer
  readonly #states: StateFiles
  readonly #pendingCommits: PendingCommit[] = []
  #nextNumber = 0
  #transactions = 0
  #failure: SpillwayError | undefined
  #closed = Promise.withResolvers<void>()
  #closing: Promise<void> | undefined

  private constructor(path: string, writer: Worker, gate: SharedArrayBuffer) {
    super(path)
    this.#path = path
    this.#writer = writer
    writer.on('message', (message: WriterReply) => this.#receive(message))
    writer.on('error', ({ message }) => {
      this.#closed.resolve()
      this.#fail(storeError(path, { message }))
    })
    this.#checkpointer = new WalCheckpointer(path, gate)
    this.#states = StateFiles.beside(path)
  }

  /** Opens or creates the file. Throws `SPILL_DATA` if it is not a Spillway database, `SPILL_STORE` if it cannot be read or written. */
  static async open(path: string, { fsyncMs, pagesMax }: SqliteStoreOptions = {}): Promise<SqliteStore> {
    const gate = Gate.shared()
    const writer = new Worker(threadFile('writer-thread'), {
      workerData: { path, gate, fsyncMs, pagesMax } satisfies WriterData,
    })
    const first = await new Promise<WriterReply>((resolve, reject) => {
      writer.once('message', resolve)
      writer.once('error', reject)
    })
    if (first.kind !== 'failed') return new SqliteStore(path, writer, gate)
    await writer.terminate()
    throw storeError(path, first)
  }

  commit(commit: Commit): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const number = this.#nextNumber++
    this.#pendingCommits.push({ number, resolve, reject })
    this.#writer.postMessage({ number, commit } satisfies WriterRequest, transfers(commit))
    return promise
  }

  /** Number of transactions written so far; each is one fsync for one or more commits. */
  get transactions(): number {
    return this.#transactions
  }

  createState(name: string): StateSink {
    return this.#states.create(name)
  }

  retainStates(names: ReadonlySet<string>): void {
    this.#states.retain(names)
  }

  override close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    await this.#states.close()
    await this.#checkpointer.close()
    super.close()
    // The writer closes last and moves the whole WAL into the database, so that one file is left.
    this.#writer.postMessage('close' satisfies WriterRequest)
    await this.#closed.promise
  }

  #receive(message: WriterReply): void {
    if (message.kind === 'done') {
      if (++this.#transactions === limits.CHECKPOINTS_AFTER) this.#checkpointer.start()
      while (this.#pendingCommits.length > 0 && this.#pendingCommits[0].number <= message.number) this.#pendingCommits.shift()!.resolve()
    } else if (message.kind === 'failed') this.#fail(storeError(this.#path, message))
    else if (message.kind === 'closed') {
      this.#fail(new SpillwayError('SPILL_STORE', 'was closed', { place: this.#path }))
      this.#closed.resolve()
    }
  }

  #fail(error: SpillwayError): void {
    this.#failure ??= error
    for (const { reject } of this.#pendingCommits.splice(0)) reject(this.#failure)
  }
}

/** Buffers moved to the writer without a copy: encoded decisions. A segment is still read until it is committed. */
function transfers({ decisions = [] }: Commit): ArrayBuffer[] {
  const arrays = decisions.map(({ bytes }) => bytes)
  return arrays.filter(({ buffer, byteLength }) => buffer.byteLength === byteLength).map(({ buffer }) => buffer as ArrayBuffer)
}
