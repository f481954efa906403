/** The checks of the conformance suite of source readers, one for each clause. */
import { pause, type SpillwayError } from '../../base/index.ts'
import { ReaderContract, ONLY_PARTITION, type ReaderClause, type SourceReader } from '../../sources/reader/index.ts'
import type { SourceReaderHarness } from './source-reader-harness.ts'
import { SUITE_SOURCE, SuiteReading, SuiteRun } from './suite-run.ts'

/** Records of a partition that are written at a time, and how often. */
const [RECORDS, ROUNDS] = [20, 5]
/** Records before a pause. A reader that takes half of them while nobody asks does not pause. */
const PAUSE_RECORDS = 20_000
/** Time without a change after which a reader counts as still, ms. */
const STILL_MS = 100

const TIMEOUT_MS = 10_000

/** Checks a clause on a new place. */
export class ReaderChecks {
  readonly #clause: ReaderClause
  readonly #harness: SourceReaderHarness
  readonly #canFollow: boolean
  readonly #timeoutMs: number
  readonly #partitions: readonly string[]
  readonly #written = new Map<string, number[]>()
  #contract: ReaderContract | undefined
  #count = 0

  constructor(clause: ReaderClause, harness: SourceReaderHarness) {
    this.#clause = clause
    this.#harness = harness
    this.#canFollow = harness.canFollow ?? true
    this.#timeoutMs = harness.timeoutMs ?? TIMEOUT_MS
    this.#partitions = harness.partitions ?? [ONLY_PARTITION]
  }

  /** Resolves with the reason why the clause cannot be checked, if there is one. */
  async check(): Promise<string | undefined> {
    const reason = this.#reasonToSkip()
    if (reason === undefined) await this.#checks[this.#clause]()
    return reason
  }

  #reasonToSkip(): string | undefined {
    const harness = this.#harness
    const canFollow = this.#canFollow
    const hasPositions = harness.hasPositions ?? true
    const needs: Partial<Record<ReaderClause, readonly [isMet: boolean, reason: string]>> = {
      position: [hasPositions, 'the reader has no positions'],
      resume: [hasPositions, 'the reader has no positions'],
      follow: [canFollow, 'the reader does not follow'],
      pause: [harness.recordsTaken !== undefined, 'the harness has no recordsTaken()'],
      rebalance: [canFollow && harness.revoke !== undefined && harness.assign !== undefined, 'the harness has no revoke() and assign()'],
      failure: [harness.damage !== undefined, 'the harness has no damage()'],
    }
    const [isMet, reason] = needs[this.#clause] ?? [true, '']
    return isMet ? undefined : reason
  }

  readonly #checks: Readonly<Record<ReaderClause, () => Promise<void>>> = {
    name: async () => {
      await this.#write()
      const reader = this.#open()
      await this.#untilOver(this.#start(false, this.#newRun(), reader))
      const { name } = this.#harness.open()
      if (name !== reader.name) throw this.#broken(`it has the name '${reader.name}' after reading, and a second reader has '${name}'`)
    },
    batch: async () => this.#expectWritten(await this.#writeAndReadAll()),
    position: async () => {
      const run = await this.#writeAndReadAll()
      const batches = run.batches.filter(({ numbers }) => numbers.length > 0)
      const places = batches.map(({ partition, position }) => (position === undefined ? undefined : `${partition}#${position}`))
      if (places.includes(undefined)) throw this.#broken('it gave records without a position')
      const repeated = batches.find((_, i) => places.indexOf(places[i]) < i)
      if (repeated) throw this.#broken(`two batches have the position '${repeated.position}'`)
    },
    order: async () => {
      this.#expectWritten(await this.#writeAndReadAll())
      this.#expectWritten(await this.#readAll())
    },
    resume: () => this.#checkResume(),
    bounded: async () => {
      await this.#readAll()
      this.#expectWritten(await this.#writeAndReadAll())
    },
    follow: async () => {
      await this.#write()
      const reading = this.#start(true)
      for (let round = 0; round < ROUNDS; round++) {
        await this.#untilAllRead(reading)
        await this.#write()
      }
      await this.#untilAllRead(reading)
      await this.#end(reading)
      this.#expectWritten(reading.run)
    },
    pause: () => this.#checkPause(),
    abort: () => this.#checkAbort(),
    assignment: async () => {
      const run = await this.#writeAndReadAll()
      for (const { partition } of run.batches)
        if (!this.#partitions.includes(partition)) throw this.#broken(`it read partition '${partition}', which the place does not have`)
      this.#expectWritten(run)
    },
    rebalance: () => this.#checkRebalance(),
    committed: async () => {
      await this.#write()
      const run = this.#newRun()
      run.holdCommits()
      const reading = this.#start(false, run)
      await reading.until(
        () => this.#isAllRead(run),
        () => this.#broken('it waited for a commit before it read on'),
      )
      run.releaseCommits()
      await this.#untilOver(reading)
    },
    close: async () => {
      await this.#writeAndReadAll()
      await this.#end(this.#start(true))
    },
    failure: async () => {
      await this.#write()
      await this.#harness.damage!()
      const reading = this.#start(false)
      const error = await reading.error(() => this.#notOver())
      if (!(error instanceof Error)) throw this.#broken('reading a damaged place ended without an error')
      for (const partition of this.#partitions) {
        const numbers = reading.run.numbers(partition)
        this.#expect(numbers, this.#writtenTo(partition).slice(0, numbers.length))
      }
    },
  }

  /** From the position of each batch, exactly the records after the batch are read. */
  async #checkResume(): Promise<void> {
    const starts = [new Map<string, string>()]
    if (this.#canFollow) {
      const reading = this.#start(true)
      for (let round = 0; round < ROUNDS; round++) {
        await this.#write()
        await this.#untilAllRead(reading)
        starts.push(new Map(reading.run.committed))
      }
      await this.#end(reading)
    } else {
      for (let round = 0; round < ROUNDS; round++) await this.#write()
      starts.push(new Map((await this.#readAll()).committed))
    }
    for (const committed of starts) {
      const run = await this.#readAll(this.#newRun(committed))
      const before = starts.indexOf(committed)
      const skip = this.#canFollow ? before * RECORDS : before * RECORDS * ROUNDS
      for (const partition of this.#partitions) this.#expect(run.numbers(partition), this.#writtenTo(partition).slice(skip))
    }
  }

  async #checkPause(): Promise<void> {
    await this.#write(PAUSE_RECORDS)
    const run = this.#newRun()
    run.closeRoom()
    const reading = this.#start(false, run)
    const recordsTaken = () => this.#harness.recordsTaken!()
    let last = -1
    for (let still = 0; still < STILL_MS && !reading.isOver;) {
      await pause(STILL_MS / 10)
      still = recordsTaken() === last ? still + STILL_MS / 10 : 0
      last = recordsTaken()
    }
    const all = PAUSE_RECORDS * this.#partitions.length
    if (last > all / 2) throw this.#broken(`it took ${last} of ${all} records, though the run asked for one batch`)
    run.openRoom()
    await this.#untilOver(reading)
    this.#expectWritten(run)
  }

  async #checkAbort(): Promise<void> {
    await this.#write()
    await this.#end(this.#start(true))
    const inBatch = this.#newRun()
    inBatch.closeRoom()
    const full = this.#start(this.#canFollow, inBatch)
    await pause(1)
    full.abort()
    inBatch.openRoom()
    await this.#untilOver(full)
    if (!this.#canFollow) return
    const waiting = this.#start(true)
    await this.#untilAllRead(waiting)
    await this.#end(waiting)
  }

  /** A partition that is taken away while its last records are not durable, and comes back, is read once. */
  async #checkRebalance(): Promise<void> {
    const [partition] = this.#partitions
    await this.#write()
    const reading = this.#start(true)
    await this.#untilAllRead(reading)
    reading.run.holdCommits()
    await this.#write()
    await this.#untilAllRead(reading)
    await this.#harness.revoke!(partition)
    await pause(STILL_MS / 10)
    await this.#harness.assign!(partition)
    await pause(STILL_MS / 10)
    reading.run.releaseCommits()
    await this.#write()
    await this.#untilAllRead(reading)
    await this.#end(reading)
    this.#expectWritten(reading.run)
  }

  /** Writes the next numbers to each partition. */
  async #write(count = RECORDS): Promise<void> {
    for (const partition of this.#partitions) {
      const numbers = Array.from({ length: count }, () => ++this.#count)
      this.#writtenTo(partition).push(...numbers)
      await this.#harness.append(numbers, partition)
    }
  }

  #writtenTo(partition: string): number[] {
    const written = this.#written.get(partition) ?? []
    this.#written.set(partition, written)
    return written
  }

  #newRun(committed?: ReadonlyMap<string, string>): SuiteRun {
    return new SuiteRun(record => this.#harness.numberOf(record as never), committed)
  }

  #start(follow: boolean, run = this.#newRun(), reader = this.#open()): SuiteReading {
    return new SuiteReading(run, reader, { follow, timeoutMs: this.#timeoutMs })
  }

  #open(): SourceReader {
    const reader = this.#harness.open()
    this.#contract = new ReaderContract(SUITE_SOURCE, reader)
    return reader
  }

  /** Reads the place to its end. */
  async #readAll(run = this.#newRun()): Promise<SuiteRun> {
    await this.#untilOver(this.#start(false, run))
    return run
  }

  async #writeAndReadAll(): Promise<SuiteRun> {
    await this.#write()
    return this.#readAll()
  }

  async #untilOver(reading: SuiteReading): Promise<void> {
    await reading.until(
      () => reading.isOver,
      () => this.#notOver(),
    )
  }

  #notOver(): SpillwayError {
    return this.#broken(`reading had not ended after ${this.#timeoutMs} ms`)
  }

  async #untilAllRead(reading: SuiteReading): Promise<void> {
    const missing = () => this.#broken(`records that were written had not come after ${this.#timeoutMs} ms`)
    await reading.until(() => this.#isAllRead(reading.run), missing)
    if (reading.isOver) throw this.#broken('reading ended before the signal')
  }

  async #end(reading: SuiteReading): Promise<void> {
    reading.abort()
    await reading.ended
  }

  #isAllRead(run: SuiteRun): boolean {
    return this.#partitions.every(partition => run.numbers(partition).length >= this.#writtenTo(partition).length)
  }

  #expectWritten(run: SuiteRun): void {
    for (const partition of this.#partitions) this.#expect(run.numbers(partition), this.#writtenTo(partition))
  }

  #expect(numbers: readonly number[], expected: readonly number[]): void {
    const at = numbers.findIndex((number, i) => number !== expected[i])
    if (at >= 0)
      throw this.#broken(`record ${at + 1} of those that were read has number ${numbers[at]} instead of ${expected[at] ?? 'none'}`)
    if (numbers.length < expected.length)
      throw this.#broken(`record ${numbers.length + 1}, with number ${expected[numbers.length]}, was not read`)
  }

  #broken(problem: string): SpillwayError {
    return this.#contract!.broken(this.#clause, problem)
  }
}
