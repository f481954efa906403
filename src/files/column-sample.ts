/** The values of one field over a sample, and the narrowest column type that takes them all. */
import { decimalPlaces } from '../base/exact.ts'
import type { ColumnType, TypeIR } from '../define/ir.ts'
import { instantOf } from '../intake/instant.ts'

const DISTINCT_KEPT = 100_000
/** Names of money, whose fractions are exact; of other numbers more digits may follow later. */
const money = /amount|price|cost|total|fee|balance|salary|revenue|payment|tax/i
const MONEY_PLACES = 2

/** Epoch times that a column called a time may hold: the years 2001 to 2100, in milliseconds and in seconds. */
const milliseconds = { from: 978_307_200_000, to: 4_102_444_800_000 }
export const timeName =
  /(?:^|_)(?:at|ts|time|timestamp|date|datetime|when|created|occurred|start|end)$|(?:Time|Date|Timestamp|At)$|timestamp|datetime/i

export interface InferredColumn extends TypeIR {
  readonly name: string
  /** Some record had none. */
  readonly nullable: boolean
  /** Different values met. */
  readonly distinct: number
}

type ValueKind = 'bool' | 'int' | 'double' | 'timestamp' | 'string' | 'other'

export class ColumnSample {
  /** Values that are not NULL. */
  filled = 0
  /** Values that are not before the one before them, among those of a timestamp or number. */
  ascending = 0
  readonly #kinds = new Map<ValueKind, number>()
  readonly #distinct = new Set<unknown>()
  #places = 0
  /** In a file of text, what is several things is text. */
  #isText = false
  #min = Infinity
  #max = -Infinity
  #last = -Infinity

  get distinct(): number {
    return this.#distinct.size
  }

  add(raw: unknown, isText: boolean): void {
    if (raw === null || raw === undefined) return
    this.filled++
    this.#isText = isText
    if (this.#distinct.size < DISTINCT_KEPT) this.#distinct.add(raw)
    const { kind, number } = kindOf(raw, isText)
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
    if (number === undefined) return
    if (kind === 'double') this.#places = Math.max(this.#places, decimalPlaces(number))
    this.#min = Math.min(this.#min, number)
    this.#max = Math.max(this.#max, number)
    if (number >= this.#last) this.ascending++
    this.#last = number
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
    if (is('int') && timeName.test(name) && this.#min >= milliseconds.from && this.#max <= milliseconds.to) return { type: 'timestamp' }
    if (is('int', 'double') && !is('int') && money.test(name) && this.#places <= MONEY_PLACES)
      return { type: 'decimal', scale: MONEY_PLACES }
    const narrowest: readonly (readonly [ColumnType, ValueKind[]])[] = [
      ['bool', ['bool']],
      ['int', ['int']],
      ['double', ['int', 'double']],
      ['timestamp', ['timestamp']],
      ['string', ['string', 'timestamp']],
    ]
    const found = narrowest.find(([, allowed]) => is(...allowed))
    if (!found && this.#isText) return { type: 'string' }
    return found ? { type: found[0] } : { reason: `holds ${kinds.join(' and ')} values` }
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
