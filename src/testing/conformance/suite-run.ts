/** A run that only notes what it is given, for conformance suites of readers: no pipeline, no log, positions in memory. */
import { pause } from '../../base/index.ts'
import type { RecordBatch } from '../../intake/index.ts'
import type { IngestReceipt } from '../../run/index.ts'
import { feedSource, type FeedTarget, ONLY_PARTITION, type SourceReader } from '../../sources/reader/index.ts'

/** The name of the source in messages and positions. */
export const SUITE_SOURCE = 'suite'
/** Milliseconds between two checks of a condition. */
const POLL_MS = 2

/** A batch that a reader gave. */
export interface NotedBatch {
  readonly partition: string
  readonly numbers: readonly number[]
  readonly position: string | undefined
  /** The name under which the run stores the position. */
  readonly positionName: string | undefined
}

/** Notes batches, and commits them at once unless commits are held. */
export class SuiteRun implements FeedTarget {
  readonly batches: NotedBatch[] = []
  readonly #committed: Map<string, string>
  readonly #numberOf: (record: unknown) => number
  #heldCommits: (() => void)[] | undefined
  #room = Promise.resolve()
  #openRoom: () => void = () => {}

  /** Starts at committed positions, by the name under which they are stored. */
  constructor(numberOf: (record: unknown) => number, committed: ReadonlyMap<string, string> = new Map()) {
    this.#numberOf = numberOf
    this.#committed = new Map(committed)
  }

  /** The numbers of a partition's records, in order. */
  numbers(partition: string): number[] {
    return this.batches.filter(batch => batch.partition === partition).flatMap(({ numbers }) => numbers)
  }

  /** A copy of the committed positions. */
  get committed(): ReadonlyMap<string, string> {
    return new Map(this.#committed)
  }

  submit(_source: string, batch: RecordBatch, position?: readonly [name: string, value: string]): Promise<IngestReceipt> {
    const numbers = batch.records.map((record, i) => this.#numberOf(batch.cells?.isRead[i] ? batch.cells.valueOf(i) : record))
    const [positionName, text] = position ?? []
    this.batches.push({ partition: partitionIn(positionName), numbers, position: text, positionName })
    const { promise, resolve } = Promise.withResolvers<IngestReceipt>()
    const commit = () => {
      if (position) this.#committed.set(...position)
      resolve({ accepted: numbers.length, duplicates: 0, rejected: 0, sequence: 0 })
    }
    if (this.#heldCommits) this.#heldCommits.push(commit)
    else commit()
    return promise
  }

  whenRoom(): Promise<void> {
    return this.#room
  }

  committedPosition(name: string): string | undefined {
    return this.#committed.get(name)
  }

  /** From now on batches are not durable, until `releaseCommits`. */
  holdCommits(): void {
    this.#heldCommits = []
  }

  releaseCommits(): void {
    const commits = this.#heldCommits ?? []
    this.#heldCommits = undefined
    for (const commit of commits) commit()
  }

  /** From now on there is no room for a batch, until `openRoom`. */
  closeRoom(): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#room = promise
    this.#openRoom = resolve
  }

  openRoom(): void {
    this.#openRoom()
    this.#room = Promise.resolve()
  }
}

/** The partition in the name of a stored position: `suite=kafka:payments#3`. */
function partitionIn(name: string | undefined): string {
  const at = name?.lastIndexOf('#') ?? -1
  return name === undefined || at < 0 ? ONLY_PARTITION : name.slice(at + 1)
}

/** Reading in progress. */
export class SuiteReading {
  readonly run: SuiteRun
  readonly ended: Promise<void>
  readonly #stop = new AbortController()
  readonly #timeoutMs: number
  #isOver = false
  #closeError: unknown

  constructor(run: SuiteRun, reader: SourceReader, { follow, timeoutMs }: { readonly follow: boolean; readonly timeoutMs: number }) {
    this.run = run
    this.#timeoutMs = timeoutMs
    const { signal } = this.#stop
    const onCloseError = (error: unknown) => (this.#closeError = error)
    this.ended = feedSource(run, SUITE_SOURCE, reader, { follow, signal, onWarning: () => {}, onCloseError, stopMs: timeoutMs })
    this.ended.then(
      () => (this.#isOver = true),
      () => (this.#isOver = true),
    )
  }

  /** True once reading has ended, with or without an error. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** The error of `close` after reading has failed. */
  get closeError(): unknown {
    return this.#closeError
  }

  abort(): void {
    this.#stop.abort()
  }

  /** Waits for a condition, or the end of reading. Throws the error of the reader, and `late()` if neither comes in time. */
  async until(isTrue: () => boolean, late: () => Error): Promise<void> {
    await this.#waitFor(isTrue, late)
    if (this.#isOver) await this.ended
  }

  /** The error with which reading ends, if it does. Throws `late()` if it does not end in time. */
  async error(late: () => Error): Promise<unknown> {
    await this.#waitFor(() => false, late)
    return this.ended.then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  async #waitFor(isTrue: () => boolean, late: () => Error): Promise<void> {
    for (let waited = 0; !isTrue() && !this.#isOver; waited += POLL_MS) {
      if (waited >= this.#timeoutMs) {
        this.abort()
        throw late()
      }
      await pause(POLL_MS)
    }
  }
}
