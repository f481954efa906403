/** Samples the values of one field and infers the narrowest column type that holds all of them. */
import { decimalPlaces } from '../base/index.ts'
import type { ColumnType, TypeIR } from '../define/ir/index.ts'
import { parseInstant } from '../intake/index.ts'
import { fractionDigits, mayBeGrouped, numberStyleOf, yesNoWordsOf, type NumberStyle, type YesNoWords } from './number-style.ts'
import { dateOrderOf, parseDate, dateInstant, type DateOrder } from './date-format.ts'

const DISTINCT_KEPT = 100_000
/** Names of amounts of money, whose fractions are exact; other numbers may get more digits in later records. */
const moneyName = /amount|price|cost|total|fee|balance|salary|revenue|payment|tax|[€$£¥]/i
const MONEY_PLACES = 2

/** Plausible epoch times of a time column: the years 2001 to 2100, in milliseconds. */
const epochRange = { from: 978_307_200_000, to: 4_102_444_800_000 }
/** Numbers below this are taken for seconds. */
const SECONDS_BELOW = 10_000_000_000
export const timeNamePattern =
  /(?:^|[\W_])(?:at|ts|time|timestamp|date|datetime|when|created|occurred|start|end)$|(?:Time|Date|Timestamp|At)$|timestamp|datetime/i

export interface InferredColumn extends TypeIR {
  readonly name: string
  /** Some records have no value. */
  readonly nullable: boolean
  /** Number of different values. */
  readonly distinct: number
  /** Records by value, if there are two values. */
  readonly valueCounts?: TwoValueCounts
  /** Format of a time column, as in the first record. */
  readonly timeFormat?: TimeFormat
  /** Number format, if it differs from JSON's. */
  readonly numbers?: NumberStyle
  /** Words for true and false, if they are not `true` and `false`. */
  readonly words?: YesNoWords
  /** Path to a nested field; the column's name joins it by points. */
  readonly path?: readonly string[]
}

export type TwoValueCounts = readonly (readonly [value: unknown, records: number])[]

/**
 * Format of times: milliseconds or seconds since the epoch, ISO 8601 with or without an offset, wall-clock milliseconds (of Parquet), or a
 * date order.
 */
export type TimeFormat = 'epoch' | 'seconds' | 'offset' | 'local' | 'wall' | DateOrder

type ValueKind = 'bool' | 'int' | 'double' | NumberStyle | 'either' | 'timestamp' | 'date' | 'string' | 'other'

export class ColumnSample {
  /** Number of values that are not NULL. */
  filled = 0
  /** Number of timestamps or numbers that are not below the previous value. */
  ascending = 0
  readonly #kinds = new Set<ValueKind>()
  readonly #distinct = new Set<unknown>()
  /** Records by value, for at most three values. */
  readonly #counts = new Map<unknown, number>()
  #first: unknown
  /** Records by lower-case word, for at most three words. */
  readonly #words = new Map<string, number>()
  /** A number whose format only other values can tell, and its place. */
  unclear: { readonly text: string; readonly place: string } | undefined
  /** True if the point may group thousands in all doubles. */
  #mayGroup = true
  #fractionDigits = { comma: 0, grouped: 0 }
  /** Greatest first and second numbers of dates in human formats. */
  #greatest: [number, number] = [0, 0]
  #places = 0
  /** In a file of text, a column of mixed kinds is text. */
  #isText = false
  #min = Infinity
  #max = -Infinity
  #last = -Infinity

  get distinct(): number {
    return this.#distinct.size
  }

  get valueCounts(): TwoValueCounts | undefined {
    return this.#counts.size === 2 ? [...this.#counts] : undefined
  }

  /** Difference of the greatest and the least time or number; 0 without any. */
  get span(): number {
    return Math.max(0, this.#max - this.#min)
  }

  /** Time format of a column of times; `declared` is the type that a Parquet file states. */
  timeFormat(declared: string | undefined): TimeFormat {
    if (declared && /^(?:TIMESTAMP|DATE)/.test(declared) && !/WITH TIME ZONE/.test(declared)) return 'wall'
    if (typeof this.#first !== 'string' || /^\d+$/.test(this.#first)) return this.#max < SECONDS_BELOW ? 'seconds' : 'epoch'
    const date = parseDate(this.#first)
    if (date) return dateOrderOf(date, this.#greatest)
    return /(?:Z|[+-]\d\d:?(?:\d\d)?)$/i.test(this.#first.slice(10)) ? 'offset' : 'local'
  }

  /** The yes and no words of a column that has only such words, with their counts. */
  get words(): (YesNoWords & { readonly counts: readonly [yes: number, no: number] }) | undefined {
    const pair = yesNoWordsOf([...this.#words.keys()])
    return pair && { ...pair, counts: [this.#words.get(pair.yes)!, this.#words.get(pair.no)!] }
  }

  /** Number format of a column in which some values have a comma; `either` if no value is conclusive. */
  get numbers(): NumberStyle | 'either' | undefined {
    const kinds = this.#kinds
    if (kinds.has('comma'))
      return this.#areAll('int', 'comma', 'either') || (this.#areAll('int', 'comma', 'either', 'double') && this.#mayGroup)
        ? 'comma'
        : undefined
    if (kinds.has('grouped')) return this.#areAll('int', 'double', 'grouped', 'either') ? 'grouped' : undefined
    if (!kinds.has('either') || !this.#areAll('int', 'double', 'either')) return undefined
    return kinds.has('double') && !this.#mayGroup ? 'grouped' : 'either'
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
    if (kind === 'double' && typeof raw === 'string') this.#mayGroup &&= mayBeGrouped(raw)
    this.#kinds.add(kind)
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
    for (const style of ['comma', 'grouped'] as const)
      this.#fractionDigits[style] = Math.max(this.#fractionDigits[style], fractionDigits(text, style))
  }

  /** The date order is certain only at the end; until then the number follows from the values so far. */
  #dateOf(raw: unknown): { kind: ValueKind; number: number } | undefined {
    const date = typeof raw === 'string' ? parseDate(raw) : undefined
    if (!date) return undefined
    const [first, second] = date.parts
    this.#greatest = [Math.max(first, this.#greatest[0]), Math.max(second, this.#greatest[1])]
    return { kind: 'date', number: dateInstant(date, dateOrderOf(date, this.#greatest)) }
  }

  /** Infers the type; `declared` is the type that a Parquet file states. */
  inferType(name: string, declared: string | undefined, numbers?: NumberStyle): TypeIR | { readonly reason: string } {
    const kinds = this.#kinds
    if (kinds.size === 0) return { reason: 'NULL in every record sampled' }
    if (kinds.has('other')) return { reason: 'nested: a map can take from it what is needed' }
    if (declared && /^(?:TIMESTAMP|DATE)/.test(declared)) return { type: 'timestamp' }
    const decimal = declared && /^DECIMAL\(\d+,(\d+)\)$/.exec(declared)
    if (decimal) return { type: 'decimal', scale: Number(decimal[1]) }
    if (numbers) return numberType(name, Math.max(this.#fractionDigits[numbers], numbers === 'grouped' ? this.#places : 0))
    if (this.words && this.#areAll('string')) return { type: 'bool' }
    if (this.#areAll('int') && timeNamePattern.test(name) && this.#isEpoch()) return { type: 'timestamp' }
    if (this.#areAll('int', 'double') && kinds.has('double') && moneyName.test(name) && this.#places <= MONEY_PLACES)
      return { type: 'decimal', scale: MONEY_PLACES }
    const narrowest: readonly (readonly [ColumnType, ValueKind[]])[] = [
      ['bool', ['bool']],
      ['int', ['int']],
      ['double', ['int', 'double']],
      ['timestamp', ['timestamp']],
      ['timestamp', ['date']],
      ['string', ['string', 'timestamp', 'date', 'comma', 'grouped', 'either']],
    ]
    const match = narrowest.find(([, allowed]) => this.#areAll(...allowed))
    if (!match && this.#isText) return { type: 'string' }
    return match ? { type: match[0] } : { reason: `holds ${[...kinds].join(' and ')} values` }
  }

  #areAll(...allowed: ValueKind[]): boolean {
    return [...this.#kinds].every(kind => allowed.includes(kind))
  }

  #isEpoch(): boolean {
    const scale = this.#max < SECONDS_BELOW ? 1000 : 1
    return this.#min * scale >= epochRange.from && this.#max * scale <= epochRange.to
  }
}

/** Type of numbers in human formats. */
function numberType(name: string, places: number): TypeIR {
  if (places === 0) return { type: 'int' }
  return moneyName.test(name) && places <= MONEY_PLACES ? { type: 'decimal', scale: MONEY_PLACES } : { type: 'double' }
}

/** Kind of a value. In CSV all values are text, and their content decides. */
function kindOf(raw: unknown, isText: boolean): { kind: ValueKind; number?: number } {
  if (typeof raw === 'string') {
    const instant = parseInstant(raw, undefined)
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
  return { kind: numberStyleOf(raw) ?? 'string' }
}
