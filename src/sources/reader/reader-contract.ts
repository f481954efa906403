/** Checks what a reader gives, batch by batch, and turns what breaks the contract into an error that names reader and clause. */
import { contractError, type Contract, SpillwayError, limits, show, thrownText } from '../../base/index.ts'
import { recordBatchOf, type RecordBatch } from '../../intake/index.ts'
import { ONLY_PARTITION, readerClauses, type ReadBatch, type ReaderClause, type SourceReader } from './source-reader.ts'

/** A batch that keeps the contract. */
export interface CheckedBatch {
  readonly batch: RecordBatch
  readonly partition: string
  readonly position: string | undefined
}

/** The contract of one reader of one source. Cost: some comparisons a batch. */
export class ReaderContract {
  readonly #contract: Contract
  readonly #name: string
  /** Undefined until the reader assigns partitions: then it has only one. */
  #partitions: Set<string> | undefined
  readonly #revoking = new Set<string>()
  /** The last position by partition: of the last batch, or the committed position at the start. */
  readonly #positions = new Map<string, string>()

  /** @throws `SPILL_CONTRACT` for a value that is no reader. */
  constructor(source: string, reader: SourceReader) {
    const { name, read } = Object(reader) as Partial<SourceReader>
    this.#name = String(name)
    this.#contract = { subject: `source '${source}': reader ${show(name)}`, clauses: readerClauses }
    if (typeof name !== 'string' || name === '') throw this.broken('name', `its name is ${show(name)}`)
    if (typeof read !== 'function') throw this.broken('batch', `its read() is ${show(read)}`)
  }

  /** The error for a broken clause. */
  broken(clause: ReaderClause, problem: string, cause?: unknown): SpillwayError {
    return contractError(this.#contract, clause, problem, cause)
  }

  /** The error for an exception of the reader: Spillway's own pass unchanged, others get the name of the reader. */
  failed(thrown: unknown): SpillwayError {
    if (thrown instanceof SpillwayError) return thrown
    return new SpillwayError('SPILL_SOURCE', `${this.#contract.subject} failed: ${thrownText(thrown, 'it')}`, { cause: thrown })
  }

  /** Notes the position from which a partition is read. */
  startAt(partition: string, position: string | undefined): void {
    if (position === undefined) this.#positions.delete(partition)
    else this.#positions.set(partition, position)
  }

  /** Notes partitions that the reader has from now on. */
  assign(partitions: readonly string[]): void {
    this.#partitions ??= new Set()
    for (const partition of this.#texts('assign', partitions)) {
      if (this.#partitions.has(partition)) throw this.broken('assignment', `it assigned partition ${show(partition)} twice`)
      if (this.#revoking.has(partition))
        throw this.broken('rebalance', `it assigned partition ${show(partition)} again before revoke() had resolved`)
      this.#partitions.add(partition)
    }
  }

  /** Notes partitions that the reader gives up; until `endRevoke` some of their records are not committed. */
  beginRevoke(partitions: readonly string[]): void {
    for (const partition of this.#texts('revoke', partitions)) {
      if (!this.#partitions?.delete(partition))
        throw this.broken('assignment', `it revoked partition ${show(partition)}, which it does not have`)
      this.#revoking.add(partition)
    }
  }

  /** Notes that the records of revoked partitions are committed. */
  endRevoke(partitions: readonly string[]): void {
    for (const partition of partitions) this.#revoking.delete(partition)
  }

  /** Checks a batch. @throws `SPILL_CONTRACT`. */
  check(value: unknown): CheckedBatch {
    const { records, position, partition = ONLY_PARTITION } = Object(value) as Partial<ReadBatch>
    if (!Array.isArray(records) && !isRecordBatch(records)) throw this.broken('batch', `it gave ${show(value)}`)
    if (typeof partition !== 'string' || !(this.#partitions?.has(partition) ?? partition === ONLY_PARTITION))
      throw this.broken('assignment', `it gave records of partition ${show(partition)}`)
    const last = this.#positions.get(partition)
    const batch = isRecordBatch(records) ? records : recordBatchOf(records, placeName(this.#name, partition, last))
    if (position === undefined && partition !== ONLY_PARTITION)
      throw this.broken('position', `it gave records of partition ${show(partition)} without one`)
    this.#checkPosition(position, last, batch.records.length + batch.undecodable.length > 0)
    if (position !== undefined) this.#positions.set(partition, position)
    return { batch, partition, position }
  }

  #checkPosition(position: unknown, last: string | undefined, hasRecords: boolean): void {
    if (position === undefined) {
      if (last !== undefined) throw this.broken('position', `it gave records without a position after position ${show(last)}`)
    } else if (typeof position !== 'string') throw this.broken('position', `it gave the position ${show(position)}`)
    else if (position.length > limits.POSITION_CHARS_MAX)
      throw this.broken(
        'position',
        `it gave a position of ${position.length} characters, more than ${limits.POSITION_CHARS_MAX} (POSITION_CHARS_MAX)`,
      )
    else if (hasRecords && position === last)
      throw this.broken('position', `it gave records with the position ${show(position)} of the records before them`)
  }

  #texts(method: string, partitions: readonly string[]): readonly string[] {
    if (Array.isArray(partitions) && partitions.every(partition => typeof partition === 'string')) return partitions
    throw this.broken('assignment', `it called ${method}(${show(partitions)}), which takes a list of texts`)
  }
}

function isRecordBatch(value: unknown): value is RecordBatch {
  const { records, undecodable, numberOf, rawOf, origin } = Object(value) as Partial<RecordBatch>
  return (
    Array.isArray(records) &&
    Array.isArray(undecodable) &&
    typeof numberOf === 'function' &&
    typeof rawOf === 'function' &&
    typeof origin?.placeOf === 'function'
  )
}

/** The place of records before their number in the batch. */
const placeName = (name: string, partition: string, last: string | undefined): string =>
  `${name}${partition === ONLY_PARTITION ? '' : `#${partition}`}${last === undefined ? '' : ` after ${last}`} record`
