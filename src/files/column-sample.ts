/** The values of one field over a sample, and the narrowest column type that takes them all. */
import { decimalPlaces } from '../base/exact.ts'
import type { ColumnType, TypeIR } from '../define/ir.ts'
import { instantOf } from '../intake/instant.ts'
import { orderOf, writtenDate, writtenInstant, type DateOrder } from './written-date.ts'

const DISTINCT_KEPT = 100_000
/** Names of money, whose fractions are exact; of other numbers more digits may follow later. */
const money = /amount|price|cost|total|fee|balance|salary|revenue|payment|tax/i
const MONEY_PLACES = 2

/** Epoch times that a column called a time may hold: the years 2001 to 2100, in milliseconds and in seconds. */
const milliseconds = { from: 978_307_200_000, to: 4_102_444_800_000 }
/** Of numbers below it one takes them for seconds. */
const SECONDS_BELOW = 10_000_000_000
export const timeName =
  /(?:^|[\W_])(?:at|ts|time|timestamp|date|datetime|when|created|occurred|start|end)$|(?:Time|Date|Timestamp|At)$|timestamp|datetime/i

export interface InferredColumn extends TypeIR {
  readonly name: string
  /** Some record had none. */
  readonly nullable: boolean
  /** Different values met. */
  readonly distinct: number
  /** How often each was met, where there are two. */
  readonly two?: TwoValues
  /** How a time is written, as the first record has it. */
  readonly written?: WrittenTime
}

export type TwoValues = readonly (readonly [value: unknown, records: number])[]

/** As milliseconds or seconds from the epoch on, as ISO 8601 with an offset or without one, as a wall clock's milliseconds, of Parquet, or as people write dates. */
export type WrittenTime = 'epoch' | 'seconds' | 'offset' | 'local' | 'wall' | DateOrder

type ValueKind = 'bool' | 'int' | 'double' | 'timestamp' | 'date' | 'string' | 'other'

export class ColumnSample {
  /** Values that are not NULL. */
  filled = 0
  /** Values that are not before the one before them, among those of a timestamp or number. */
  ascending = 0
  readonly #kinds = new Map<ValueKind, number>()
  readonly #distinct = new Set<unknown>()
  /** Of three different values at most. */
  readonly #counts = new Map<unknown, number>()
  #first: unknown
  /** Of dates as people write them: the greatest numbers that stood first and second. */
  #greatest: [number, number] = [0, 0]
  #places = 0
  /** In a file of text, what is several things is text. */
  #isText = false
  #min = Infinity
  #max = -Infinity
  #last = -Infinity

  get distinct(): number {
    return this.#distinct.size
  }

  get two(): TwoValues | undefined {
    return this.#counts.size === 2 ? [...this.#counts] : undefined
  }

  /** From the least value to the greatest, of times and numbers; 0 without any. */
  get span(): number {
    return Math.max(0, this.#max - this.#min)
  }

  /** Of a column of times; `declared` is the type that a Parquet file states. */
  written(declared: string | undefined): WrittenTime {
    if (declared && /^(?:TIMESTAMP|DATE)/.test(declared) && !/WITH TIME ZONE/.test(declared)) return 'wall'
    if (typeof this.#first !== 'string' || /^\d+$/.test(this.#first)) return this.#max < SECONDS_BELOW ? 'seconds' : 'epoch'
    const date = writtenDate(this.#first)
    if (date) return orderOf(date, this.#greatest)
    return /(?:Z|[+-]\d\d:?(?:\d\d)?)$/i.test(this.#first.slice(10)) ? 'offset' : 'local'
  }

  add(raw: unknown, isText: boolean): void {
    if (raw === null || raw === undefined) return
    this.filled++
    this.#isText = isText
    this.#first ??= raw
    if (this.#counts.size < 3) this.#counts.set(raw, (this.#counts.get(raw) ?? 0) + 1)
    if (this.#distinct.size < DISTINCT_KEPT) this.#distinct.add(raw)
    const { kind, number } = this.#dateOf(raw) ?? kindOf(raw, isText)
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
    if (number === undefined) return
    if (kind === 'double') this.#places = Math.max(this.#places, decimalPlaces(number))
    this.#min = Math.min(this.#min, number)
    this.#max = Math.max(this.#max, number)
    if (number >= this.#last) this.ascending++
    this.#last = number
  }

  /** What comes first in a date is known for sure only at the end: until then its number is by what came before. */
  #dateOf(raw: unknown): { kind: ValueKind; number: number } | undefined {
    const date = typeof raw === 'string' ? writtenDate(raw) : undefined
    if (!date) return undefined
    const [first, second] = date.parts
    this.#greatest = [Math.max(first, this.#greatest[0]), Math.max(second, this.#greatest[1])]
    return { kind: 'date', number: writtenInstant(date, orderOf(date, this.#greatest)) }
  }

  /** `declared` is the type that a Parquet file states. */
  type(name: string, declared: string | undefined): TypeIR | { readonly reason: string } {
    const kinds = [...this.#kinds.keys()]
    const is = (...allowed: ValueKind[]) => kinds.every(kind => allowed.includes(kind))
    if (kinds.length === 0) return { reason: 'NULL in every record sampled' }
    if (kinds.includes('other')) return { reason: 'nested: a map can take from it what is needed' }
    if (declared && /^(?:TIMESTAMP|DATE)/.test(declared)) return { type: 'timestamp' }
    const decimal = declared && /^DECIMAL\(\d+,(\d+)\)$/.exec(declared)
    if (decimal) return { type: 'decimal', scale: Number(decimal[1]) }
    if (is('int') && timeName.test(name) && this.#isEpoch()) return { type: 'timestamp' }
    if (is('int', 'double') && !is('int') && money.test(name) && this.#places <= MONEY_PLACES)
      return { type: 'decimal', scale: MONEY_PLACES }
    const narrowest: readonly (readonly [ColumnType, ValueKind[]])[] = [
      ['bool', ['bool']],
      ['int', ['int']],
      ['double', ['int', 'double']],
      ['timestamp', ['timestamp']],
      ['timestamp', ['date']],
      ['string', ['string', 'timestamp', 'date']],
    ]
    const found = narrowest.find(([, allowed]) => is(...allowed))
    if (!found && this.#isText) return { type: 'string' }
    return found ? { type: found[0] } : { reason: `holds ${kinds.join(' and ')} values` }
  }

  #isEpoch(): boolean {
    const scale = this.#max < SECONDS_BELOW ? 1000 : 1
    return this.#min * scale >= milliseconds.from && this.#max * scale <= milliseconds.to
  }
}

/** In CSV everything is text: what it writes decides. */
function kindOf(raw: unknown, isText: boolean): { kind: ValueKind; number?: number } {
  if (typeof raw === 'string') {
    const instant = instantOf(raw, undefined)
    if (instant !== undefined) return { kind: 'timestamp', number: instant }
    return isText ? textKind(raw) : { kind: 'string' }
  }
  if (typeof raw === 'number') return { kind: Number.isSafeInteger(raw) ? 'int' : 'double', number: raw }
  return { kind: typeof raw === 'boolean' ? 'bool' : 'other' }
}

function textKind(raw: string): { kind: ValueKind; number?: number } {
  if (/^(?:true|false)$/i.test(raw)) return { kind: 'bool' }
  if (/^-?(?:0|[1-9]\d{0,15})$/.test(raw) && Number.isSafeInteger(Number(raw))) return { kind: 'int', number: Number(raw) }
  if (/^-?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?$/.test(raw)) return { kind: 'double', number: Number(raw) }
  return { kind: 'string' }
}
