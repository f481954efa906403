/**
 * The log's store in one SQLite file. Writing is done by a thread of its own, so that no fsync stops this one; reading by a connection of this
 * thread, which sees what is committed and blocks nobody.
 */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SpillwayError } from '../../base/errors.ts'
import type { StoredEffects } from '../effects.ts'
import type { Commit, LogStore, StateSink, StoredDecisions, StoredSchema, StoredSegment } from '../store.ts'
import type { CheckpointerData } from './checkpointer-thread.ts'
import { Gate } from './gate.ts'
import { SqliteReader } from './reader.ts'
import { StateFiles } from './state-files.ts'
import { storeError } from './store-error.ts'
import type { FromWriter, ToWriter, WriterData } from './writer-thread.ts'

export interface SqliteOptions {
  /** Milliseconds added to each fsync, to act as a slower disk. For benches and tests. */
  readonly fsyncMs?: number | undefined
  /** Pages (4 KiB) that the file may have, to act as a full disk. For tests. */
  readonly pagesMax?: number | undefined
}

interface Waiting {
  readonly number: number
  readonly resolve: () => void
  readonly reject: (error: SpillwayError) => void
}

/** Threads are files like this one: `.ts` from the sources, `.js` as published. */
const threadFile = (name: string): URL => new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)

export class SqliteStore implements LogStore {
  readonly #path: string
  readonly #writer: Worker
  readonly #checkpointer: Worker
  readonly #checkpointerEnded: Promise<unknown>
  readonly #reader: SqliteReader
  readonly #states: StateFiles
  readonly #waiting: Waiting[] = []
  #number = 0
  #transactions = 0
  #failure: SpillwayError | undefined
  #closed = Promise.withResolvers<void>()
  #closing: Promise<void> | undefined

  private constructor(path: string, writer: Worker, gate: SharedArrayBuffer) {
    this.#path = path
    this.#writer = writer
    writer.on('message', (message: FromWriter) => this.#heard(message))
    writer.on('error', error => this.#fail(this.#writerError(error.message)))
    this.#checkpointer = new Worker(threadFile('checkpointer-thread'), { workerData: { path, gate } satisfies CheckpointerData })
    // Without it the WAL only grows: writing goes on, and the next start empties it.
    this.#checkpointer.on('error', () => new Gate(gate).open())
    this.#checkpointerEnded = new Promise(resolve => this.#checkpointer.once('exit', resolve))
    this.#checkpointer.unref()
    this.#reader = new SqliteReader(path)
    this.#states = StateFiles.beside(path)
  }

  /** Opens the file, or makes it. Throws `SPILL_DATA` if it is no database of ours, and `SPILL_STORE` if it cannot be read or written. */
  static async open(path: string, { fsyncMs, pagesMax }: SqliteOptions = {}): Promise<SqliteStore> {
    const gate = Gate.shared()
    const writer = new Worker(threadFile('writer-thread'), {
      workerData: { path, gate, fsyncMs, pagesMax } satisfies WriterData,
    })
    const first = await new Promise<FromWriter>((resolve, reject) => {
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
    const number = this.#number++
    this.#waiting.push({ number, resolve, reject })
    this.#writer.postMessage({ number, commit } satisfies ToWriter, transfers(commit))
    return promise
  }

  /** Of the writer so far, each of one commit or several, and one fsync. */
  get transactions(): number {
    return this.#transactions
  }

  get effects(): StoredEffects {
    return this.#reader.effects
  }

  segmentAt(sequence: number): StoredSegment | undefined {
    return this.#reader.segmentAt(sequence)
  }

  lastSegment(): StoredSegment | undefined {
    return this.#reader.lastSegment()
  }

  decisionsAt(entry: number): StoredDecisions[] {
    return this.#reader.decisionsAt(entry)
  }

  schemas(): StoredSchema[] {
    return this.#reader.schemas()
  }

  lastStages(): number {
    return this.#reader.lastStages()
  }

  get(name: string): string | undefined {
    return this.#reader.get(name)
  }

  named(prefix: string): [name: string, value: string][] {
    return this.#reader.named(prefix)
  }

  createState(name: string): StateSink {
    return this.#states.create(name)
  }

  readState(name: string): Uint8Array | undefined {
    return this.#reader.readState(name)
  }

  keepStates(names: ReadonlySet<string>): void {
    this.#states.keep(names)
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    await this.#states.close()
    // Its thread does not hold the process, which must live until the file is closed.
    this.#checkpointer.ref()
    this.#checkpointer.postMessage('close')
    await this.#checkpointerEnded
    this.#reader.close()
    // The writer closes last: it moves all of the WAL into the database, so that one file is left.
    this.#writer.postMessage('close' satisfies ToWriter)
    await this.#closed.promise
  }

  #heard(message: FromWriter): void {
    if (message.kind === 'done') {
      this.#transactions++
      while (this.#waiting.length > 0 && this.#waiting[0].number <= message.number) this.#waiting.shift()!.resolve()
    } else if (message.kind === 'failed') this.#fail(storeError(this.#path, message))
    else if (message.kind === 'closed') this.#ended()
  }

  /** The writer has written what it was given, and hears no more. */
  #ended(): void {
    this.#fail(new SpillwayError('SPILL_STORE', 'was closed', { place: this.#path }))
    this.#closed.resolve()
  }

  #fail(error: SpillwayError): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure)
  }

  #writerError(message: string): SpillwayError {
    this.#closed.resolve()
    return storeError(this.#path, { message })
  }
}

/** Encoded decisions go to the writer without a copy; a segment is looked at again until it is committed. */
function transfers({ decisions = [] }: Commit): ArrayBuffer[] {
  const all = decisions.map(({ bytes }) => bytes)
  return all.filter(({ buffer, byteLength }) => buffer.byteLength === byteLength).map(({ buffer }) => buffer as ArrayBuffer)
}
