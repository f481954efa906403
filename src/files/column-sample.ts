/** Samples the values of one field and infers the narrowest column type that holds all of them. */
import { decimalPlaces } from '../base/index.ts'
import type { ColumnType, TypeIR } from '../define/ir/index.ts'
import { parseInstant } from '../intake/index.ts'
import { parseDate, type DateOrder } from './date-format.ts'
import { DateSample, ValueRange, type PlacedText } from './date-sample.ts'
import { fractionDigits, mayBeGrouped, numberStyleOf, yesNoWordsOf } from './number-style.ts'
import type { NumberKind, NumberStyle, YesNoWords } from './number-style.ts'

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
  /** Number of records with a value. */
  readonly filled: number
  /** Records by value, if there are few values. */
  readonly valueCounts?: ValueCounts
  /** Format of a time column, as in the first record. */
  readonly timeFormat?: TimeFormat
  /** Number format, if it differs from JSON's. */
  readonly numbers?: NumberStyle
  /** Words for true and false, if they are not `true` and `false`. */
  readonly words?: YesNoWords
  /** A value that shows the format of its dates or numbers. */
  readonly example?: string
  /** The values are not texts in the file, but the column is one of texts. */
  readonly isStringified?: true
  /** At least half of its texts have four words or more. */
  readonly isProse?: true
  /** Path to a nested field; the column's name joins it by points. */
  readonly path?: readonly string[]
}

export type ValueCounts = readonly (readonly [value: unknown, records: number])[]

/**
 * Format of times: milliseconds or seconds since the epoch, ISO 8601 with or without an offset, wall-clock milliseconds (of Parquet), or a
 * date order.
 */
export type TimeFormat = 'epoch' | 'seconds' | 'offset' | 'local' | 'wall' | DateOrder

type ValueKind = 'bool' | 'int' | 'double' | NumberKind | 'timestamp' | 'date' | 'string' | 'other'

/** The format that a column of numbers in text shows. `either comma`, `either point`: the sign may be a fraction or group thousands. */
export type NumberEvidence = NumberStyle | 'point' | 'either comma' | 'either point'

/** Formats that the columns of a file decide together. */
export interface ColumnFormat {
  readonly numbers?: NumberStyle | undefined
  /** `mixed`: some dates have the day first, others the month. */
  readonly dates?: DateOrder | 'mixed' | undefined
}

/** A text of four words or more. */
const prosePattern = /\S\s+\S+\s+\S+\s+\S/
const PROSE_SHARE = 0.5

/** Most values that are counted one by one. */
const COUNTED_VALUES = 12

export class ColumnSample {
  /** Number of values that are not NULL. */
  filled = 0
  readonly #kinds = new Set<ValueKind>()
  readonly #distinct = new Set<unknown>()
  /** Records by value, for at most `COUNTED_VALUES + 1` values. */
  readonly #counts = new Map<unknown, number>()
  #first: unknown
  /** Records by lower-case word, for at most three words. */
  readonly #words = new Map<string, number>()
  /** A number whose format only other values can tell. */
  unclearNumber: PlacedText | undefined
  /** The first number that shows its format. */
  #numberExample: string | undefined
  readonly dates = new DateSample()
  /** Numbers and timestamps. */
  readonly #range = new ValueRange()
  /** True if the point may group thousands in all doubles. */
  #mayGroup = true
  #fractionDigits = { comma: 0, grouped: 0 }
  #places = 0
  /** In a file of text, a column of mixed kinds is text. */
  #isText = false
  #proseTexts = 0

  get distinct(): number {
    return this.#distinct.size
  }

  get hasOnlyDates(): boolean {
    return this.#areAll('date')
  }

  get valueCounts(): ValueCounts | undefined {
    return this.#counts.size >= 2 && this.#counts.size <= COUNTED_VALUES ? [...this.#counts] : undefined
  }

  get isProse(): boolean {
    return this.filled > 0 && this.#proseTexts >= PROSE_SHARE * this.filled
  }

  /** The numbers or times of the column. */
  range({ dates }: ColumnFormat): ValueRange {
    return dates && dates !== 'mixed' ? this.dates.range(dates) : this.#range
  }

  /** Time format of a column of times; `declared` is the type that a Parquet file states. */
  timeFormat(declared: string | undefined, { dates }: ColumnFormat): TimeFormat {
    if (isLocalTime(declared)) return 'wall'
    if (typeof this.#first !== 'string' || /^\d+$/.test(this.#first)) return this.#range.max < SECONDS_BELOW ? 'seconds' : 'epoch'
    if (dates && dates !== 'mixed') return dates
    return /(?:Z|[+-]\d\d:?(?:\d\d)?)$/i.test(this.#first.slice(10)) ? 'offset' : 'local'
  }

  /** The yes and no words of a column that has only such words, with their counts. */
  get words(): (YesNoWords & { readonly counts: readonly [yes: number, no: number] }) | undefined {
    const pair = this.#areAll('string') ? yesNoWordsOf([...this.#words.keys()]) : undefined
    return pair && { ...pair, counts: [this.#words.get(pair.yes)!, this.#words.get(pair.no)!] }
  }

  /** The format that numbers in text show. `undefined` if there are other texts, or no commas and points. */
  get numberEvidence(): NumberEvidence | undefined {
    const kinds = this.#kinds
    const isGroupedDouble = kinds.has('double') && this.#mayGroup
    if (!this.#isText || !this.#areAll('int', 'double', 'comma', 'grouped', 'either', 'spaced')) return undefined
    if (kinds.has('comma')) return kinds.has('grouped') || (kinds.has('double') && !this.#mayGroup) ? undefined : 'comma'
    if (kinds.has('grouped')) return 'grouped'
    if (kinds.has('either')) return kinds.has('double') && !this.#mayGroup ? 'grouped' : 'either comma'
    if (kinds.has('spaced')) return kinds.has('double') && !this.#mayGroup ? 'grouped' : undefined
    if (isGroupedDouble) return 'either point'
    return kinds.has('double') ? 'point' : undefined
  }

  /** A value that shows the format. */
  example(format: ColumnFormat): string | undefined {
    if (format.numbers) return this.#numberExample ?? this.unclearNumber?.text
    return format.dates && format.dates !== 'mixed' ? (this.dates.proofs.get(format.dates) ?? this.dates.unclear)?.text : undefined
  }

  /** The first value as text, for a message. */
  get firstText(): string {
    return String(this.#first)
  }

  add(raw: unknown, isText: boolean, place: () => string = () => ''): void {
    if (raw === null || raw === undefined) return
    this.filled++
    this.#isText = isText
    this.#first ??= raw
    if (this.#counts.size <= COUNTED_VALUES) this.#counts.set(raw, (this.#counts.get(raw) ?? 0) + 1)
    if (this.#distinct.size < DISTINCT_KEPT) this.#distinct.add(raw)
    if (typeof raw === 'string') {
      this.#addWord(raw)
      if (prosePattern.test(raw)) this.#proseTexts++
    }
    const date = typeof raw === 'string' ? parseDate(raw) : undefined
    if (date) {
      this.#kinds.add('date')
      this.dates.add(date, raw as string, place)
      return
    }
    const { kind, number } = kindOf(raw, isText)
    this.#kinds.add(kind)
    if (isText && kind !== 'string') this.#addNumber(raw as string, kind, place)
    if (number === undefined) return
    if (kind === 'double') this.#places = Math.max(this.#places, decimalPlaces(number))
    this.#range.add(number)
  }

  #addWord(raw: string): void {
    const word = raw.trim().toLowerCase()
    if (this.#words.size < 3) this.#words.set(word, (this.#words.get(word) ?? 0) + 1)
  }

  #addNumber(text: string, kind: ValueKind, place: () => string): void {
    if (kind === 'double') this.#mayGroup &&= mayBeGrouped(text)
    if (kind === 'either' || (kind === 'double' && this.#mayGroup)) this.unclearNumber ??= { text, place: place() }
    if (kind === 'comma' || kind === 'grouped') this.#numberExample ??= text
    if (kind !== 'comma' && kind !== 'grouped' && kind !== 'either') return
    for (const style of ['comma', 'grouped'] as const)
      this.#fractionDigits[style] = Math.max(this.#fractionDigits[style], fractionDigits(text, style))
  }

  /** Infers the type; `declared` is the type that a Parquet file states. */
  inferType(name: string, declared: string | undefined, { numbers, dates }: ColumnFormat): TypeIR | { readonly reason: string } {
    const kinds = this.#kinds
    if (kinds.size === 0) return { reason: 'NULL in every record sampled' }
    if (kinds.has('other')) return { reason: 'nested: a map can take from it what is needed' }
    if (declared && /^(?:TIMESTAMP|DATE)/.test(declared)) return { type: 'timestamp' }
    if (dates === 'mixed') return { type: 'string' }
    const decimal = declared && /^DECIMAL\(\d+,(\d+)\)$/.exec(declared)
    if (decimal) return { type: 'decimal', scale: Number(decimal[1]) }
    if (numbers) return numberType(name, Math.max(this.#fractionDigits[numbers], numbers === 'grouped' ? this.#places : 0))
    if (this.words) return { type: 'bool' }
    if (this.#areAll('int') && timeNamePattern.test(name) && this.#isEpoch()) return { type: 'timestamp' }
    if (this.#areAll('int', 'double') && kinds.has('double') && moneyName.test(name) && this.#places <= MONEY_PLACES)
      return { type: 'decimal', scale: MONEY_PLACES }
    const narrowest: readonly (readonly [ColumnType, ValueKind[]])[] = [
      ['bool', ['bool']],
      ['int', ['int']],
      ['double', ['int', 'double']],
      ['timestamp', ['timestamp']],
      ['timestamp', ['date']],
      ['string', ['string', 'timestamp', 'date', 'comma', 'grouped', 'either', 'spaced']],
    ]
    const match = narrowest.find(([, allowed]) => this.#areAll(...allowed))
    if (!match && this.#isText) return { type: 'string' }
    return match ? { type: match[0] } : { reason: `holds ${[...kinds].join(' and ')} values` }
  }

  /** True if a source can read all values as this type. */
  fits({ type, scale = 0 }: TypeIR, { numbers, dates }: ColumnFormat): boolean {
    const isNumber = numbers !== undefined || this.#areAll('int', 'double')
    const places = Math.max(numbers ? this.#fractionDigits[numbers] : 0, numbers === 'comma' ? 0 : this.#places)
    const fitting: Readonly<Partial<Record<ColumnType, boolean>>> = {
      string: !this.#kinds.has('other'),
      bool: this.#areAll('bool') || this.words !== undefined,
      int: numbers ? places === 0 : this.#areAll('int'),
      double: isNumber,
      decimal: isNumber && places <= scale,
      timestamp: this.#areAll('timestamp') || (this.#areAll('date') && dates !== 'mixed') || (this.#areAll('int') && this.#isEpoch()),
    }
    return fitting[type] ?? false
  }

  /** True if some values are not texts, so that a column of type string needs a conversion. */
  get hasNonText(): boolean {
    return !this.#isText && !this.#areAll('string', 'timestamp', 'date')
  }

  #areAll(...allowed: ValueKind[]): boolean {
    return [...this.#kinds].every(kind => allowed.includes(kind))
  }

  #isEpoch(): boolean {
    const { min, max } = this.#range
    const scale = max < SECONDS_BELOW ? 1000 : 1
    return min * scale >= epochRange.from && max * scale <= epochRange.to
  }
}

const isLocalTime = (declared: string | undefined): boolean =>
  declared !== undefined && /^(?:TIMESTAMP|DATE)/.test(declared) && !/WITH TIME ZONE/.test(declared)

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
