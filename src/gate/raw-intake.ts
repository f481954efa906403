/**
 * Events that a gate gets over HTTP: appends them to the raw topic, and waits until the gate has decided them for good.
 *
 * So each is decided as every raw record is: once, in the order of its partition, also where the gate is killed in between, and its successor
 * decides it. A sender that got no answer sends it again, and it is a duplicate by its id. A header names the record for the gate that waits for it.
 */
import { randomUUID } from 'node:crypto'
import { TopicSender } from '../action/index.ts'
import { type Clock, limits, withDeadline, yieldToEventLoop } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import { type RecordBatch, RecordValidator, type RowMap, sliceRecordBatch, valueAt } from '../intake/index.ts'
import { headersOf, KafkaError, type RecordColumns } from '../kafka/index.ts'
import type { RawTopic } from '../sources/index.ts'
import type { CheckedRecord } from './partition-check.ts'

/** The header that names a record of HTTP. */
const REQUEST = 'spillway-request'

/** Outcomes of the records of a batch. */
export interface IntakeCounts {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
}

interface RawIntakeOptions {
  readonly source: SourceIR
  readonly map: RowMap | undefined
  readonly raw: Pick<RawTopic, 'topic' | 'open' | 'takesJson'>
  readonly clock: Clock
  /** Why the gate decides no records now. */
  readonly problem: () => string | undefined
  /** Time within which a record is decided, ms; `GATE_DECISION_MS` by default. */
  readonly decisionMs?: number | undefined
}

interface RawRecord {
  /** As of `RecordBatch.numberOf`. */
  readonly number: number
  readonly value: string | Uint8Array
}

/** `undefined`: it left nothing, since the source's `map` returned no row. */
type Decision = PromiseWithResolvers<CheckedRecord | undefined>

export class RawIntake {
  readonly #options: RawIntakeOptions
  readonly #sender: TopicSender
  readonly #validator: RecordValidator
  readonly #name = randomUUID()
  #lastId = 0
  /** By the value of its header. */
  readonly #waiting = new Map<string, Decision>()

  constructor(options: RawIntakeOptions) {
    const { source, map, raw, clock } = options
    this.#options = options
    this.#sender = new TopicSender(raw.topic, raw.open)
    // The gate rejects what is invalid.
    const rest = { shared: new Set<string>(), trackOrigins: true, onRejected: () => {}, arrivalOf: () => clock() }
    this.#validator = new RecordValidator(source, { map, strings: new Strings(), ...rest })
  }

  /** False if the raw topic has another format than JSON, or adds columns from headers. */
  get takesEvents(): boolean {
    return this.#options.raw.takesJson
  }

  /** Records that wait to be decided. */
  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Appends the records, and resolves once the transactions with all outcomes are committed. Rejections go to `onRejected` of the batch.
   *
   * @throws `KafkaError`: `oversized` for a record that the topic does not take; otherwise it is unknown what became of some of the records.
   */
  async submit(batch: RecordBatch): Promise<IntakeCounts> {
    const problem = this.#options.problem()
    if (problem !== undefined) throw new KafkaError('unavailable', problem)
    const keys = await this.#keysOf(batch)
    const ids: string[] = []
    const records = recordsOf(batch)
    try {
      const decisions = records.map(({ number, value }) => {
        const id = `${this.#name}:${++this.#lastId}`
        ids.push(id)
        return this.#decide(id, { key: keys.get(number), value })
      })
      const outcomes = await withDeadline(Promise.all(decisions), this.#options.decisionMs ?? limits.GATE_DECISION_MS, () => {
        throw new KafkaError('unavailable', 'the gate has not decided it in time (GATE_DECISION_MS)')
      })
      return countsOf(batch, records, outcomes)
    } finally {
      for (const id of ids) this.#waiting.delete(id)
    }
  }

  /** Passes on the outcomes of raw records that are durable, to those that wait for them. */
  settle(records: RecordColumns, outcomes: readonly CheckedRecord[]): void {
    if (this.#waiting.size === 0) return
    let byOffset: ReadonlyMap<number, CheckedRecord> | undefined
    for (let row = 0; row < records.count; row++) {
      const id = headersOf(records, row).find(({ name }) => name === REQUEST)?.value
      const decision = id && this.#waiting.get(id.toString())
      if (!decision) continue
      byOffset ??= new Map(outcomes.map(outcome => [outcome.number, outcome]))
      decision.resolve(byOffset.get(records.offsets[row]))
    }
  }

  /** The gate begins anew, or ends: what became of the records is unknown. */
  abandon(): void {
    const error = new KafkaError('unavailable', this.#options.problem() ?? 'the gate begins anew')
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }

  close(): Promise<void> {
    return this.#sender.close()
  }

  async #decide(id: string, { key, value }: { readonly key: string | undefined; readonly value: string | Uint8Array }) {
    const decision: Decision = Promise.withResolvers()
    this.#waiting.set(id, decision)
    const result = await Promise.race([decision.promise, this.#sender.send({ key, value, headers: { [REQUEST]: id } })])
    if (result instanceof KafkaError) throw result
    // The gate may be faster than the answer of the broker.
    return result === 'sent' || result === 'expired' ? decision.promise : result
  }

  /** Keys of records that are valid, by their number: that of the first row, as `map` returns it. The others go to any partition. */
  async #keysOf(batch: RecordBatch): Promise<ReadonlyMap<number, string>> {
    const { source } = this.#options
    const key = source.columns.find(({ name }) => name === source.key)!
    const keys = new Map<number, string>()
    for (let rest = batch; rest.records.length > 0;) {
      const last = rest.numberOf(Math.min(limits.KAFKA_SLICE_RECORDS, rest.records.length) - 1)
      this.#validator.clear()
      this.#validator.validate(sliceRecordBatch(rest, -1, last))
      const block = this.#validator.view()
      for (let row = 0; row < block.length; row++) {
        const number = this.#validator.numberOf(row)
        if (!keys.has(number)) keys.set(number, String(valueAt(block, key, row, this.#validator.stringsOf(key.name))))
      }
      rest = sliceRecordBatch(rest, last)
      if (rest.records.length > 0) await yieldToEventLoop()
    }
    return keys
  }
}

/** All records of a batch as they came, in order. */
function recordsOf(batch: RecordBatch): readonly RawRecord[] {
  const decoded = batch.records.map((_, i) => ({ number: batch.numberOf(i), value: batch.rawOf(i) }))
  const undecoded = batch.undecodable.map(({ raw }, i) => ({ number: batch.undecodableNumbers![i], value: raw }))
  return [...decoded, ...undecoded].toSorted((a, b) => a.number - b.number)
}

function countsOf(batch: RecordBatch, records: readonly RawRecord[], outcomes: readonly (CheckedRecord | undefined)[]): IntakeCounts {
  const counts = { accepted: 0, duplicates: 0, rejected: 0 }
  for (const [i, outcome] of outcomes.entries()) {
    if (!outcome) continue
    counts.accepted += outcome.events.length
    counts.duplicates += outcome.duplicates
    counts.rejected += outcome.rejections.length
    const place = batch.origin.placeOf(records[i].number)
    for (const rejection of outcome.rejections) batch.onRejected?.({ ...rejection, place })
  }
  return counts
}
