/**
 * The place that a clause of source readers reads: what the suite has written to it, and the readings of it.
 *
 * Every reading passes each batch through `ReaderContract.check`, so all clauses also check the shape of batches.
 */
import type { SpillwayError } from '../../base/index.ts'
import { ReaderContract, ONLY_PARTITION, type ReaderClause, type SourceReader } from '../../sources/reader/index.ts'
import type { SourceReaderHarness } from './source-reader-harness.ts'
import { SUITE_SOURCE, SuiteReading, SuiteRun } from './suite-run.ts'

/** Records of a partition that are written at a time. */
const RECORDS = 20
/** Times that a place grows while a reading follows it. */
const ROUNDS = 5
const TIMEOUT_MS = 10_000

/** A new place, for one clause. */
export class ReaderPlace {
  readonly harness: SourceReaderHarness
  /** The place can grow while it is read. */
  readonly canFollow: boolean
  readonly partitions: readonly string[]
  readonly #clause: ReaderClause
  readonly #timeoutMs: number
  readonly #written = new Map<string, number[]>()
  #contract: ReaderContract | undefined
  #count = 0

  constructor(clause: ReaderClause, harness: SourceReaderHarness) {
    this.#clause = clause
    this.harness = harness
    this.canFollow = harness.canFollow ?? true
    this.partitions = harness.partitions ?? [ONLY_PARTITION]
    this.#timeoutMs = harness.timeoutMs ?? TIMEOUT_MS
  }

  /** Writes the next numbers to each partition. */
  async write(count = RECORDS): Promise<void> {
    for (const partition of this.partitions) {
      const numbers = Array.from({ length: count }, () => ++this.#count)
      this.writtenTo(partition).push(...numbers)
      await this.harness.append(numbers, partition)
    }
  }

  writtenTo(partition: string): number[] {
    const written = this.#written.get(partition) ?? []
    this.#written.set(partition, written)
    return written
  }

  /** A run that has committed these positions. */
  newRun(committed?: ReadonlyMap<string, string>): SuiteRun {
    return new SuiteRun(record => this.harness.numberOf(record as never), committed)
  }

  open(): SourceReader {
    const reader = this.harness.open()
    this.#contract = new ReaderContract(SUITE_SOURCE, reader)
    return reader
  }

  /** Begins to read. */
  start(follow: boolean, run = this.newRun(), reader = this.open()): SuiteReading {
    return new SuiteReading(run, reader, { follow, timeoutMs: this.#timeoutMs })
  }

  /** Reads the place to its end. */
  async readAll(run = this.newRun()): Promise<SuiteRun> {
    await this.untilOver(this.start(false, run))
    return run
  }

  async writeAndReadAll(): Promise<SuiteRun> {
    await this.write()
    return this.readAll()
  }

  async untilOver(reading: SuiteReading): Promise<void> {
    await reading.until(
      () => reading.isOver,
      () => this.#notOver(),
    )
  }

  /** Waits until a reading that follows has read everything that was written. */
  async untilAllRead(reading: SuiteReading): Promise<void> {
    const missing = () => this.broken(`records that were written had not come after ${this.#timeoutMs} ms`)
    await reading.until(() => this.isAllRead(reading.run), missing)
    if (reading.isOver) throw this.broken('reading ended before the signal')
  }

  /** Follows the place, which grows whenever everything was read. */
  async followRounds(): Promise<SuiteRun> {
    const reading = this.start(true)
    await this.untilAllRead(reading)
    for (let round = 0; round < ROUNDS; round++) {
      await this.write()
      await this.untilAllRead(reading)
    }
    await this.end(reading)
    return reading.run
  }

  async end(reading: SuiteReading): Promise<void> {
    reading.abort()
    await reading.ended
  }

  /** Makes the place unreadable and reads it. Expects that reading fails. */
  async readDamaged(): Promise<SuiteReading> {
    await this.harness.damage!()
    const reading = this.start(false)
    const error = await reading.error(() => this.#notOver())
    if (!(error instanceof Error)) throw this.broken('reading a damaged place ended without an error')
    return reading
  }

  isAllRead(run: SuiteRun): boolean {
    return this.partitions.every(partition => run.numbers(partition).length >= this.writtenTo(partition).length)
  }

  /** Expects all that was written, from a number of records in each partition on. */
  expectWritten(run: SuiteRun, skipped: ReadonlyMap<string, number> = new Map(), from = ''): void {
    for (const partition of this.partitions)
      this.expect(run.numbers(partition), this.writtenTo(partition).slice(skipped.get(partition) ?? 0), from)
  }

  /** `from`: where reading began, as the beginning of a sentence. */
  expect(numbers: readonly number[], expected: readonly number[], from = ''): void {
    const at = numbers.findIndex((number, i) => number !== expected[i])
    if (at >= 0)
      throw this.broken(`${from}record ${at + 1} of those that were read has number ${numbers[at]} instead of ${expected[at] ?? 'none'}`)
    if (numbers.length < expected.length)
      throw this.broken(`${from}record ${numbers.length + 1}, with number ${expected[numbers.length]}, was not read`)
  }

  /** The error for a reader that breaks the clause. */
  broken(problem: string): SpillwayError {
    return this.#contract!.broken(this.#clause, problem)
  }

  #notOver(): SpillwayError {
    return this.broken(`reading had not ended after ${this.#timeoutMs} ms`)
  }
}
