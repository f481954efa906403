/**
 * Checks the raw records of one partition: each becomes accepted events, a duplicate, or rejections (semantics, the log). Pure but for the ids
 * that it remembers.
 *
 * Deduplication is that of a run, by the canonical text of the content: an id whose content differs within `dedupe` is a conflict. An id is known
 * by a hash of 128 bits of a SHA-256, and its content by another. Memory: about 150 bytes an id within `dedupe`.
 */
import { createHash } from 'node:crypto'
import { limits, SpillwayError } from '../base/index.ts'
import { type Block, Strings } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
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

/** An event that passed the check. */
export interface CheckedEvent {
  /** The key of the source as text. */
  readonly key: string
  /** The row as JSON, as `rowText` writes it. */
  readonly value: string
}

/** The outcome of one raw record. */
export interface CheckedRecord {
  readonly events: readonly CheckedEvent[]
  readonly rejections: readonly SourceRejection[]
  readonly duplicates: number
}

interface KnownId {
  /** Hash of the content. */
  readonly content: string
  /** UTC ms. */
  readonly arrival: number
}

export class PartitionCheck {
  readonly #source: SourceIR
  readonly #contentSource: SourceIR
  readonly #validator: RecordValidator
  /** By hash of key and id, in order of arrival. */
  readonly #ids = new Map<string, KnownId>()
  #rejections: SourceRejection[] = []
  #arrival = 0

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
    this.#validator = new RecordValidator(source, {
      map,
      strings: new Strings(),
      // Texts are used at once.
      shared: new Set(),
      trackOrigins: true,
      onRejected: rejection => this.#rejections.push(rejection),
      arrivalOf: () => this.#arrival,
    })
  }

  get dedupe(): number {
    return this.#source.dedupe
  }

  /** Checks the record of a batch that has exactly one, decoded or not. `arrival`: UTC ms, never less than before. */
  check(batch: RecordBatch, arrival: number): CheckedRecord {
    this.#arrival = arrival
    this.#rejections = batch.undecodable.map(rejection => ({ ...rejection, source: this.#source.name }))
    this.#validator.clear()
    this.#validator.validate(batch)
    const block = this.#validator.view()
    const events: CheckedEvent[] = []
    let duplicates = 0
    for (let row = 0; row < block.length; row++) {
      const verdict = this.#deduplicate(block, row)
      if (verdict === 'accepted') events.push(this.#eventOf(block, row))
      else if (verdict === 'duplicate') duplicates++
      else this.#validator.rejectRow(verdict === 'conflict' ? conflictFault(this.#source) : this.#strayFault(), row, block)
    }
    return { events, rejections: this.#rejections, duplicates }
  }

  /** Remembers the id of an event that was accepted earlier; events come in order of arrival. Throws for a value that is no row of the source. */
  remember(batch: RecordBatch, arrival: number): void {
    // Its rows need no `map`.
    const { events } = this.check({ ...batch, replay: { mapped: true } }, arrival)
    if (events.length !== 1) throw new SpillwayError('SPILL_DATA', `a checked record of source '${this.#source.name}' is no event of it`)
  }

  #strayFault(): Fault {
    const { key } = this.#source
    return new Fault(
      `'${key}' belongs to another partition: key the records of the raw topic by it, with the partitioner of Java's client`,
      'key',
    )
  }

  #deduplicate(block: Block, row: number): 'accepted' | 'duplicate' | 'conflict' | 'stray' {
    if (!this.#isOwn(String(this.#valueOf(block, row, this.#source.key)))) return 'stray'
    const id = this.#idOf(block, row)
    if (id === undefined) return 'accepted'
    const content = hashOf(rowText(this.#contentSource, block, row, this.#validator.stringsOf))
    const since = this.#arrival - this.#source.dedupe
    const known = this.#ids.get(id)
    if (known && known.arrival >= since) return known.content === content ? 'duplicate' : 'conflict'
    this.#forgetBefore(since)
    if (this.#ids.size >= limits.GATE_IDS_MAX)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `source '${this.#source.name}': more than ${limits.GATE_IDS_MAX} ids of a partition within dedupe (GATE_IDS_MAX); give the source a shorter dedupe, or its topics more partitions`,
      )
    // An id that comes back is behind the others.
    this.#ids.delete(id)
    this.#ids.set(id, { content, arrival: this.#arrival })
    return 'accepted'
  }

  #forgetBefore(since: number): void {
    for (const [id, { arrival }] of this.#ids) {
      if (arrival >= since) return
      this.#ids.delete(id)
    }
  }

  /** Undefined without an id: such events are never duplicates. */
  #idOf(block: Block, row: number): string | undefined {
    const { key, id } = this.#source
    if (id === undefined) return undefined
    const values = [key, id].map(name => this.#valueOf(block, row, name))
    return values.includes(null) ? undefined : hashOf(JSON.stringify(values))
  }

  #eventOf(block: Block, row: number): CheckedEvent {
    const key = this.#valueOf(block, row, this.#source.key)
    return { key: String(key), value: rowText(this.#source, block, row, this.#validator.stringsOf) }
  }

  #valueOf(block: Block, row: number, name: string): unknown {
    const column = this.#source.columns.find(each => each.name === name)!
    return valueAt(block, column, row, this.#validator.stringsOf(name))
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest().toString('latin1', 0, 16)
