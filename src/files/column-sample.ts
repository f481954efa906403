/** The values of one field over a sample, and the narrowest column type that takes them all. */
import { decimalPlaces } from '../base/exact.ts'
import type { ColumnType, TypeIR } from '../define/ir/ir.ts'
import { instantOf } from '../intake/instant.ts'
import { fractionDigits, mayGroup, writtenNumber, yesNoOf, type NumberStyle, type YesNo } from './written-number.ts'
import { orderOf, writtenDate, writtenInstant, type DateOrder } from './written-date.ts'

const DISTINCT_KEPT = 100_000
/** Names of money, whose fractions are exact; of other numbers more digits may follow later. */
const money = /amount|price|cost|total|fee|balance|salary|revenue|payment|tax|[€$£¥]/i
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
  /** How its numbers are written, where that is not as JSON has them. */
  readonly numbers?: NumberStyle
  /** The words of a bool that is not `true` and `false`. */
  readonly words?: YesNo
  /** Where it stands in a record, if not at the top: its name is these, with points between. */
  readonly path?: readonly string[]
}

export type TwoValues = readonly (readonly [value: unknown, records: number])[]

/** As milliseconds or seconds from the epoch on, as ISO 8601 with an offset or without one, as a wall clock's milliseconds, of Parquet, or as people write dates. */
export type WrittenTime = 'epoch' | 'seconds' | 'offset' | 'local' | 'wall' | DateOrder

type ValueKind = 'bool' | 'int' | 'double' | NumberStyle | 'either' | 'timestamp' | 'date' | 'string' | 'other'

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
  /** Words in small letters, three at most. */
  readonly #words = new Map<string, number>()
  /** A number of which only another can tell how it is written, and where it stood. */
  unclear: { readonly text: string; readonly place: string } | undefined
  /** All doubles may be thousands with a point. */
  #mayGroup = true
  #digits = { comma: 0, grouped: 0 }
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

  /** The words of a column that says yes and no, and how many records say each. */
  get words(): (YesNo & { readonly counts: readonly [yes: number, no: number] }) | undefined {
    const pair = yesNoOf([...this.#words.keys()])
    return pair && { ...pair, counts: [this.#words.get(pair.yes)!, this.#words.get(pair.no)!] }
  }

  /** How the numbers of a column are written that has a comma in some; `either` where none of them tells. */
  get numbers(): NumberStyle | 'either' | undefined {
    const kinds = [...this.#kinds.keys()]
    const is = (...allowed: ValueKind[]) => kinds.every(kind => allowed.includes(kind))
    const has = (kind: ValueKind) => kinds.includes(kind)
    if (has('comma'))
      return is('int', 'comma', 'either') || (is('int', 'comma', 'either', 'double') && this.#mayGroup) ? 'comma' : undefined
    if (has('grouped')) return is('int', 'double', 'grouped', 'either') ? 'grouped' : undefined
    if (!has('either') || !is('int', 'double', 'either')) return undefined
    return has('double') && !this.#mayGroup ? 'grouped' : 'either'
  }

  add(raw: unknown, isText: boolean, place: () => string = () => ''): void {
    if (raw === null || raw === undefined) return
    this.filled++
    this.#isText = isText
    this.#first ??= raw
    if (this.#counts.size < 3) this.#counts.set(raw, (this.#counts.get(raw) ?? 0) + 1)
    if (this.#distinct.size < DISTINCT_KEPT) this.#distinct.add(raw)
    if (typeof raw === 'string') this.#addWord(raw)
    const { kind, number } = this.#dateOf(raw) ?? kindOf(raw, isText)
    if (kind === 'comma' || kind === 'grouped' || kind === 'either') this.#addNumber(raw as string, kind, place)
    if (kind === 'double' && typeof raw === 'string') this.#mayGroup &&= mayGroup(raw)
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
    if (number === undefined) return
    if (kind === 'double') this.#places = Math.max(this.#places, decimalPlaces(number))
    this.#min = Math.min(this.#min, number)
    this.#max = Math.max(this.#max, number)
    if (number >= this.#last) this.ascending++
    this.#last = number
  }

  #addWord(raw: string): void {
    const word = raw.trim().toLowerCase()
    if (this.#words.size < 3) this.#words.set(word, (this.#words.get(word) ?? 0) + 1)
  }

  #addNumber(text: string, kind: NumberStyle | 'either', place: () => string): void {
    if (kind === 'either') this.unclear ??= { text, place: place() }
    for (const style of ['comma', 'grouped'] as const) this.#digits[style] = Math.max(this.#digits[style], fractionDigits(text, style))
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
  type(name: string, declared: string | undefined, numbers?: NumberStyle): TypeIR | { readonly reason: string } {
    const kinds = [...this.#kinds.keys()]
    const is = (...allowed: ValueKind[]) => kinds.every(kind => allowed.includes(kind))
    if (kinds.length === 0) return { reason: 'NULL in every record sampled' }
    if (kinds.includes('other')) return { reason: 'nested: a map can take from it what is needed' }
    if (declared && /^(?:TIMESTAMP|DATE)/.test(declared)) return { type: 'timestamp' }
    const decimal = declared && /^DECIMAL\(\d+,(\d+)\)$/.exec(declared)
    if (decimal) return { type: 'decimal', scale: Number(decimal[1]) }
    if (numbers) return numberType(name, Math.max(this.#digits[numbers], numbers === 'grouped' ? this.#places : 0))
    if (this.words && kinds.length === 1 && kinds[0] === 'string') return { type: 'bool' }
    if (is('int') && timeName.test(name) && this.#isEpoch()) return { type: 'timestamp' }
    if (is('int', 'double') && !is('int') && money.test(name) && this.#places <= MONEY_PLACES)
      return { type: 'decimal', scale: MONEY_PLACES }
    const narrowest: readonly (readonly [ColumnType, ValueKind[]])[] = [
      ['bool', ['bool']],
      ['int', ['int']],
      ['double', ['int', 'double']],
      ['timestamp', ['timestamp']],
      ['timestamp', ['date']],
      ['string', ['string', 'timestamp', 'date', 'comma', 'grouped', 'either']],
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

/** Of numbers that are written as people write them. */
function numberType(name: string, places: number): TypeIR {
  if (places === 0) return { type: 'int' }
  return money.test(name) && places <= MONEY_PLACES ? { type: 'decimal', scale: MONEY_PLACES } : { type: 'double' }
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
  return { kind: writtenNumber(raw) ?? 'string' }
}
