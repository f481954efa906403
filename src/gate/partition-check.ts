/**
 * Checks the raw records of one partition, some at a time: each becomes accepted events, a duplicate, or rejections (semantics, the log). Pure
 * but for the ids that it remembers. The outcome does not depend on how many come at a time.
 *
 * Deduplication is that of a run, by the canonical text of the content: an id whose content differs within `dedupe` is a conflict. An id is known
 * by a hash of 128 bits of a SHA-256, and its content by another. Memory: about 150 bytes an id within `dedupe`.
 */
import { hash } from 'node:crypto'
import { limits, SpillwayError } from '../base/index.ts'
import { type Block, Strings } from '../columns/index.ts'
import type { ColumnIR, SourceIR } from '../define/ir/index.ts'
import {
  conflictFault,
  contentColumnNames,
  Fault,
  type RecordBatch,
  RecordValidator,
  type RowMap,
  rowText,
  type SourceRejection,
  valueAt,
} from '../intake/index.ts'
import { KnownIds } from './known-ids.ts'

/** An event that passed the check. */
export interface CheckedEvent {
  /** The key of the source as text. */
  readonly key: string
  /** The row as JSON, as `rowText` writes it. */
  readonly value: string
}

/** The outcome of one raw record. */
export interface CheckedRecord {
  /** Its number in its batch, the offset. */
  readonly number: number
  readonly events: readonly CheckedEvent[]
  readonly rejections: readonly SourceRejection[]
  readonly duplicates: number
}

/** The outcome of one raw record so far. */
class RecordOutcome implements CheckedRecord {
  readonly number: number
  readonly events: CheckedEvent[] = []
  readonly rejections: SourceRejection[] = []
  duplicates = 0

  constructor(number: number) {
    this.number = number
  }
}

export class PartitionCheck {
  readonly #source: SourceIR
  readonly #contentSource: SourceIR
  readonly #isAllContent: boolean
  readonly #key: ColumnIR
  readonly #id: ColumnIR | undefined
  readonly #validator: RecordValidator
  /** By hash of key and id. */
  readonly #ids = new KnownIds()
  /** Of the records that are being checked, by number. */
  #outcomes = new Map<number, RecordOutcome>()
  #arrival = 0
  #unwritten: ReadonlySet<number> = new Set()
  /** Events were accepted before. */
  #remembers = false

  readonly #isOwn: (key: string) => boolean

  /** `isOwn`: does a key belong to this partition? Throws `SPILL_UNSUPPORTED` for a source whose events are revised. */
  constructor(source: SourceIR, map: RowMap | undefined, isOwn: (key: string) => boolean) {
    if (source.identity)
      throw new SpillwayError(
        'SPILL_UNSUPPORTED',
        `source '${source.name}' has an identity: a gate does not check revisions yet; a run does`,
      )
    const content = new Set(contentColumnNames(source))
    this.#source = source
    this.#isOwn = isOwn
    this.#contentSource = { ...source, columns: source.columns.filter(({ name }) => content.has(name)) }
    this.#isAllContent = this.#contentSource.columns.length === source.columns.length
    this.#key = source.columns.find(({ name }) => name === source.key)!
    this.#id = source.columns.find(({ name }) => name === source.id)
    this.#validator = new RecordValidator(source, {
      map,
      strings: new Strings(),
      // Texts are used at once.
      shared: new Set(),
      trackOrigins: true,
      onRejected: (rejection, number) => this.#outcomeOf(number).rejections.push(rejection),
      arrivalOf: () => this.#arrival,
    })
  }

  get dedupe(): number {
    return this.#source.dedupe
  }

  /**
   * Checks the records of a batch, decoded or not. `arrival`: UTC ms, never less than before. Returns their outcomes in the order of their
   * numbers, without records that left nothing. It does not remember the ids of records with the numbers `unwritten`.
   */
  check(batch: RecordBatch, arrival: number, unwritten: ReadonlySet<number> = new Set()): readonly CheckedRecord[] {
    this.#arrival = arrival
    this.#unwritten = unwritten
    this.#outcomes = new Map()
    for (const [i, rejection] of batch.undecodable.entries())
      this.#outcomeOf(batch.undecodableNumbers![i]).rejections.push({ ...rejection, source: this.#source.name })
    this.#validator.clear()
    this.#validator.validate(batch)
    const block = this.#validator.view()
    for (let row = 0; row < block.length; row++) this.#checkRow(block, row)
    return [...this.#outcomes.values()].toSorted((a, b) => a.number - b.number)
  }

  /**
   * Remembers the ids of events that were accepted earlier; events come in order of arrival. Of an id that was accepted twice, under a shorter
   * `dedupe`, it remembers the last. Throws for a value that is no row of the source.
   */
  remember(batch: RecordBatch, arrival: number): void {
    this.#remembers = true
    // Its rows need no `map`.
    const outcomes = this.check({ ...batch, replay: { mapped: true } }, arrival)
    this.#remembers = false
    const damage = outcomes.find(({ events }) => events.length !== 1)
    if (!damage) return
    const problem = damage.rejections[0]?.detail ?? `it is ${damage.events.length} events`
    throw new SpillwayError('SPILL_DATA', `a checked record of source '${this.#source.name}' is no event of it: ${problem}`, {
      place: batch.origin.placeOf(damage.number),
    })
  }

  #outcomeOf(number: number): RecordOutcome {
    let outcome = this.#outcomes.get(number)
    if (!outcome) this.#outcomes.set(number, (outcome = new RecordOutcome(number)))
    return outcome
  }

  #checkRow(block: Block, row: number): void {
    const outcome = this.#outcomeOf(this.#validator.numberOf(row))
    const key = String(valueAt(block, this.#key, row, this.#validator.stringsOf(this.#key.name)))
    if (!this.#isOwn(key)) return this.#validator.rejectRow(this.#strayFault(), row, block)
    const value = rowText(this.#source, block, row, this.#validator.stringsOf)
    const verdict = this.#unwritten.has(outcome.number) ? 'accepted' : this.#deduplicate(block, row, value)
    if (verdict === 'accepted') outcome.events.push({ key, value })
    else if (verdict === 'duplicate') outcome.duplicates++
    else this.#validator.rejectRow(conflictFault(this.#source), row, block)
  }

  #strayFault(): Fault {
    const { key } = this.#source
    return new Fault(
      `'${key}' belongs to another partition: key the records of the raw topic by it, with the partitioner of Java's client`,
      'key',
    )
  }

  #deduplicate(block: Block, row: number, text: string): 'accepted' | 'duplicate' | 'conflict' {
    const id = this.#idOf(block, row)
    if (id === undefined) return 'accepted'
    const content = hashOf(this.#isAllContent ? text : rowText(this.#contentSource, block, row, this.#validator.stringsOf))
    const since = this.#arrival - this.#source.dedupe
    const known = this.#ids.get(id)
    if (known && known.arrival >= since && !this.#remembers) return known.content === content ? 'duplicate' : 'conflict'
    if (!this.#ids.note(id, { content, arrival: this.#arrival }, since))
      throw new SpillwayError(
        'SPILL_LIMIT',
        `source '${this.#source.name}': more than ${limits.GATE_IDS_MAX} ids of a partition within dedupe (GATE_IDS_MAX); give the source a shorter dedupe, or its topics more partitions`,
      )
    return 'accepted'
  }

  /** Undefined without an id: such events are never duplicates. */
  #idOf(block: Block, row: number): string | undefined {
    if (!this.#id) return undefined
    const values = [this.#key, this.#id].map(column => valueAt(block, column, row, this.#validator.stringsOf(column.name)))
    return values.includes(null) ? undefined : hashOf(JSON.stringify(values))
  }
}

const hashOf = (text: string): string => hash('sha256', text, 'buffer').toString('latin1', 0, 16)
