/** Index of dead letters by the keys and times that their records would have had. */
import { scaledInteger, timestampMs, limits, definitionOf } from '../base/index.ts'
import type { LoggedEvent } from '../define/source/index.ts'
import type { ColumnIR, GroupIR, PipelineIR, SourceIR, Value } from '../define/ir/index.ts'
import type { DeadLetterLog, StoredDeadLetter, SettledDeadLetter } from '../log/index.ts'

type Fields = Readonly<Record<string, unknown>>

interface PendingLetter {
  readonly source: string
  readonly fields: Fields
  readonly time: number
}

/** Holds the oldest letters of each kind, up to `RECONCILE_LETTERS`. Letters without a readable key or time are left out. */
export class DeadLetterIndex {
  readonly #ir: PipelineIR
  /** Pending letters. */
  readonly #bySource: ReadonlyMap<string, readonly PendingLetter[]>
  /** Times of pending letters by group and key, UTC ms. */
  readonly #byGroup = new Map<string, Map<string, number[]>>()
  /** Events that letters became, by source and arrival, UTC ms; undefined where the event cannot be derived. */
  readonly #accepted = new Map<string, Map<number, (string | undefined)[]>>()

  constructor(ir: PipelineIR, deadLetters: Pick<DeadLetterLog, 'dead' | 'settled'>) {
    this.#ir = ir
    const pending: PendingLetter[] = []
    let count = 0
    for (const letter of deadLetters.dead()) if (count++ < limits.RECONCILE_LETTERS) pending.push(...this.#readPending(letter))
    this.#bySource = Map.groupBy(pending, ({ source }) => source)
    count = 0
    for (const letter of deadLetters.settled())
      if (letter.outcome === 'accepted' && count++ < limits.RECONCILE_LETTERS) this.#addAccepted(letter)
  }

  /** True if a letter of this key with a time in [from, to] is pending. */
  hasPending(group: GroupIR, key: readonly Value[], from: number, to: number): boolean {
    return this.#timesOf(group, key)?.some(time => from <= time && time <= to) ?? false
  }

  /** True if the event was a dead letter first. An accepted letter is settled with its event, so both have one arrival. */
  wasDeadLetter({ source: name, arrival, time, row }: Pick<LoggedEvent, 'source' | 'arrival' | 'time' | 'row'>): boolean {
    const events = this.#accepted.get(name)?.get(arrival)
    if (!events) return false
    const source = definitionOf(this.#ir.sources, name)
    // A source with `map` may have the fields elsewhere, so its events cannot be derived.
    return events.includes(undefined) || events.includes(eventName(source, time, column => row[column] ?? null))
  }

  #readPending(letter: StoredDeadLetter): PendingLetter[] {
    const { source, fields, time } = this.#read(letter)
    return source && fields && time !== undefined ? [{ source: source.name, fields, time }] : []
  }

  #addAccepted(letter: SettledDeadLetter): void {
    const { source, fields, time } = this.#read(letter)
    if (!source) return
    const arrivals = this.#accepted.get(source.name) ?? new Map<number, (string | undefined)[]>()
    this.#accepted.set(source.name, arrivals)
    const valueOf = (column: string): Value => physicalOf(columnOf(source, column), fields![column]) ?? null
    // A slightly future time was replaced by the arrival.
    const event = time === undefined ? undefined : eventName(source, Math.min(time, letter.settled), valueOf)
    arrivals.set(letter.settled, [...(arrivals.get(letter.settled) ?? []), event])
  }

  #read(letter: StoredDeadLetter): { readonly source: SourceIR | undefined; readonly fields?: Fields; readonly time?: number } {
    const source = this.#ir.sources.find(({ name }) => name === letter.source)
    const fields = source && fieldsOf(letter)
    const time = fields && physicalOf(columnOf(source, source.time), fields[source.time])
    return { source, ...(fields && { fields }), ...(typeof time === 'number' && { time }) }
  }

  #timesOf(group: GroupIR, key: readonly Value[]): readonly number[] | undefined {
    if (!this.#bySource.has(group.source)) return undefined
    let keys = this.#byGroup.get(group.name)
    if (!keys) this.#byGroup.set(group.name, (keys = this.#keysOf(group)))
    return keys.get(JSON.stringify(key))
  }

  #keysOf(group: GroupIR): Map<string, number[]> {
    const source = definitionOf(this.#ir.sources, group.source)
    const keys = new Map<string, number[]>()
    for (const { fields, time } of this.#bySource.get(group.source)!) {
      const key = JSON.stringify(group.key.map(name => physicalOf(columnOf(source, name), fields[name])))
      keys.set(key, [...(keys.get(key) ?? []), time])
    }
    return keys
  }
}

/** Identifies an event among those of one arrival: time, key and id. */
const eventName = ({ key, id }: SourceIR, time: number, valueOf: (column: string) => Value): string =>
  JSON.stringify([time, valueOf(key), id === undefined ? null : valueOf(id)])

const columnOf = ({ columns }: SourceIR, name: string): ColumnIR => definitionOf(columns, name)

/** Fields of a letter that is a JSON record of its source. */
function fieldsOf({ raw }: StoredDeadLetter): Fields | undefined {
  try {
    const value = JSON.parse(typeof raw === 'string' ? raw : Buffer.from(raw).toString('utf8')) as unknown
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

/** Physical value of a field, as far as it is readable in a rejected record. */
function physicalOf({ type, scale = 0 }: ColumnIR, value: unknown): Value | undefined {
  if (type === 'string') return typeof value === 'string' ? value : undefined
  if (type === 'bool') return typeof value === 'boolean' ? value : undefined
  if (type === 'timestamp') return timestampMs(value)
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  return type === 'decimal' ? scaledInteger(value, scale) : typeof value === 'number' ? value : undefined
}
