/** Records that were refused, by the keys and times that they would have had. */
import { scaledInteger, timestampMs } from '../base/exact.ts'
import { limits } from '../base/limits.ts'
import type { LoggedEvent } from '../define/source/event.ts'
import type { ColumnIR, GroupIR, PipelineIR, SourceIR, Value } from '../define/ir/ir.ts'
import type { StoredDeadLetter, SettledLetter } from '../log/letters.ts'
import type { LetterReader } from '../log/sqlite/letter-reader.ts'

type Fields = Readonly<Record<string, unknown>>

/** The oldest letters of each kind, up to `RECONCILE_LETTERS`; of those whose key or time cannot be read nothing is known. */
export class Letters {
  readonly #ir: PipelineIR
  /** Of those that wait. */
  readonly #bySource = new Map<string, { readonly fields: Fields; readonly time: number }[]>()
  /** By group, by key: times of letters that wait, UTC ms. */
  readonly #byGroup = new Map<string, Map<string, number[]>>()
  /** By source, by arrival, UTC ms: which events letters became, undefined where that cannot be read. */
  readonly #accepted = new Map<string, Map<number, (string | undefined)[]>>()

  constructor(ir: PipelineIR, reader: Pick<LetterReader, 'dead' | 'settled'>) {
    this.#ir = ir
    let taken = 0
    for (const letter of reader.dead()) if (taken++ < limits.RECONCILE_LETTERS) this.#wait(letter)
    taken = 0
    for (const letter of reader.settled()) if (letter.outcome === 'accepted' && taken++ < limits.RECONCILE_LETTERS) this.#accept(letter)
  }

  /** Does a letter wait for this key, of a time in [from, to]? */
  waits(group: GroupIR, key: readonly Value[], from: number, to: number): boolean {
    return this.#of(group, key)?.some(time => from <= time && time <= to) ?? false
  }

  /** Was this event refused first? Its letter was settled with it, so that they have one arrival. */
  wasRefused({ source: name, arrival, time, row }: Pick<LoggedEvent, 'source' | 'arrival' | 'time' | 'row'>): boolean {
    const events = this.#accepted.get(name)?.get(arrival)
    if (!events) return false
    const source = this.#ir.sources.find(one => one.name === name)!
    // What a `map` makes of a letter has its fields elsewhere.
    return events.includes(undefined) || events.includes(eventName(source, time, column => row[column] ?? null))
  }

  #wait(letter: StoredDeadLetter): void {
    const { source, fields, time } = this.#read(letter)
    if (!source || !fields || time === undefined) return
    const known = this.#bySource.get(source.name) ?? []
    this.#bySource.set(source.name, known)
    known.push({ fields, time })
  }

  #accept(letter: SettledLetter): void {
    const { source, fields, time } = this.#read(letter)
    if (!source) return
    const arrivals = this.#accepted.get(source.name) ?? new Map<number, (string | undefined)[]>()
    this.#accepted.set(source.name, arrivals)
    const valueOf = (column: string): Value => physicalOf(columnOf(source, column), fields![column]) ?? null
    // A time a little ahead became the arrival.
    const event = time === undefined ? undefined : eventName(source, Math.min(time, letter.settled), valueOf)
    arrivals.set(letter.settled, [...(arrivals.get(letter.settled) ?? []), event])
  }

  #read(letter: StoredDeadLetter): { readonly source: SourceIR | undefined; readonly fields?: Fields; readonly time?: number } {
    const source = this.#ir.sources.find(({ name }) => name === letter.source)
    const fields = source && fieldsOf(letter)
    const time = fields && physicalOf(columnOf(source, source.time), fields[source.time])
    return { source, ...(fields && { fields }), ...(typeof time === 'number' && { time }) }
  }

  #of(group: GroupIR, key: readonly Value[]): readonly number[] | undefined {
    if (!this.#bySource.has(group.source)) return undefined
    let keys = this.#byGroup.get(group.name)
    if (!keys) this.#byGroup.set(group.name, (keys = this.#keysOf(group)))
    return keys.get(JSON.stringify(key))
  }

  #keysOf(group: GroupIR): Map<string, number[]> {
    const source = this.#ir.sources.find(({ name }) => name === group.source)!
    const keys = new Map<string, number[]>()
    for (const { fields, time } of this.#bySource.get(group.source)!) {
      const key = JSON.stringify(group.key.map(name => physicalOf(columnOf(source, name), fields[name])))
      keys.set(key, [...(keys.get(key) ?? []), time])
    }
    return keys
  }
}

/** Tells events of one arrival apart: by their time, key and id. */
const eventName = ({ key, id }: SourceIR, time: number, valueOf: (column: string) => Value): string =>
  JSON.stringify([time, valueOf(key), id === undefined ? null : valueOf(id)])

const columnOf = ({ columns }: SourceIR, name: string): ColumnIR => columns.find(column => column.name === name)!

/** The fields of a letter that is a record of its source as JSON. */
function fieldsOf({ raw }: StoredDeadLetter): Fields | undefined {
  try {
    const value = JSON.parse(typeof raw === 'string' ? raw : Buffer.from(raw).toString('utf8')) as unknown
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

/** A field as its column would keep it, as far as that can be told of a record that was refused. */
function physicalOf({ type, scale = 0 }: ColumnIR, value: unknown): Value | undefined {
  if (type === 'string') return typeof value === 'string' ? value : undefined
  if (type === 'bool') return typeof value === 'boolean' ? value : undefined
  if (type === 'timestamp') return timestampMs(value)
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  return type === 'decimal' ? scaledInteger(value, scale) : typeof value === 'number' ? value : undefined
}
