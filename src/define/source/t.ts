/**
 * `t`: the columns of a schema, as users write them.
 *
 * Invariant: a column made here is valid by itself (bounds in order and exact at its scale, a real zone, an enum of distinct strings).
 */
import { limits } from '../../base/limits.ts'
import type { Duration } from '../../base/time.ts'
import { scaledInteger, spanMs } from '../../base/exact.ts'
import { show } from '../../base/show.ts'
import type { ColumnSpec, Kind } from '../expression/kinds.ts'
import type { ColumnIR } from '../ir/ir.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'

/** Inclusive bounds, in the unit of the column's values. A value outside is refused as `schema`. */
export interface Bounds<Bound = number> {
  readonly min?: Bound
  readonly max?: Bound
}

/** A column that can also be declared nullable: its value may be null or missing in a record. */
export interface Column<K extends Kind, T, In> extends ColumnSpec<K, T, In> {
  nullable(): ColumnSpec<K, T | null, In | null>
}

export const t = {
  /**
   * Text: well-formed Unicode, compared as UTF-8 bytes. `maxBytes` limits the UTF-8 bytes of a value, and is at most 1 MiB. It defaults
   * to 1 KiB for keys, ids, identity fields and entities, and to 64 KiB for other columns. A source rejects a record with a longer text.
   *
   * @throws `SPILL_DEFINITION` for another option, or for a `maxBytes` that is no integer from 1 to 2^20.
   * @example t.string({ maxBytes: 4096 })
   */
  string: (options: { readonly maxBytes?: number } = {}): Column<'string', string, string> => {
    checkColumnOptions('t.string', options, ['maxBytes'])
    const { maxBytes } = options
    if (maxBytes !== undefined && !(Number.isInteger(maxBytes) && maxBytes >= 1 && maxBytes <= limits.LINE_BYTES_MAX))
      mistake(`t.string: maxBytes is an integer from 1 to ${limits.LINE_BYTES_MAX}, got ${show(maxBytes)}`)
    return column('string', { type: 'string', ...(maxBytes !== undefined && { maxBytes }) })
  },

  /** One of these strings and no other. */
  enum: <const Values extends readonly string[]>(values: Values): Column<'string', Values[number], Values[number]> =>
    column('string', { type: 'string', values: distinctStrings(values) }),

  /** A whole number within ±(2^53 − 1). */
  int: (bounds: Bounds = {}): Column<'number', number, number> =>
    column('number', { type: 'int', ...physicalBounds('t.int', bounds, value => scaledInteger(value, 0), 'a safe integer') }),

  /** An exact number with `scale` digits after the point, kept as the integer `value · 10^scale`. */
  decimal: (scale: number, bounds: Bounds<number | string> = {}): Column<'number', number, number | string> => {
    if (!Number.isInteger(scale) || scale < 0 || scale > limits.DECIMAL_SCALE_MAX)
      mistake(`t.decimal needs digits after the point, 0 to ${limits.DECIMAL_SCALE_MAX}, got ${show(scale)}`)
    const exact = (value: number | string) => scaledInteger(value, scale)
    return column('number', { type: 'decimal', scale, ...physicalBounds(`t.decimal(${scale})`, bounds, exact, `exact at ${scale} digits`) })
  },

  /** A finite IEEE double. */
  double: (bounds: Bounds = {}): Column<'number', number, number> =>
    column('number', { type: 'double', ...physicalBounds('t.double', bounds, finite, 'a finite number') }),

  bool: (...none: readonly []): Column<'bool', boolean, boolean> => {
    checkColumnOptions('t.bool', optionsIn(none), [])
    return column('bool', { type: 'bool' })
  },

  /** UTC milliseconds. `zone` is where a time without an offset was written; UTC unless given. */
  timestamp: (options: { readonly zone?: string } = {}): Column<'timestamp', number, number | string | Date> => {
    checkColumnOptions('t.timestamp', options, ['zone'])
    return column('timestamp', {
      type: 'timestamp',
      ...(options.zone === undefined ? {} : { zone: checkZone('t.timestamp', options.zone) }),
    })
  },

  /** A length of time in milliseconds; a record may also hold text such as `'5m'`. */
  duration: (bounds: Bounds<number | Duration> = {}): Column<'duration', number, number | Duration> =>
    column('duration', { type: 'duration', ...physicalBounds('t.duration', bounds, spanMs, "milliseconds or text such as '5m'") }),
}

/** An IANA zone that this machine knows. */
export function checkZone(what: string, zone: unknown): string {
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: String(zone) })
    return known.resolvedOptions().timeZone && String(zone)
  } catch {
    return mistake(`${what}: ${show(zone)} is no time zone; write one such as 'Europe/Zurich'`)
  }
}

export function column<K extends Kind, T, In>(kind: K, ir: Omit<ColumnIR, 'name' | 'nullable'>): Column<K, T, In> {
  const required = { kind, ir: Object.freeze({ ...ir, nullable: false }) }
  return Object.freeze({ ...required, nullable: () => Object.freeze({ kind, ir: Object.freeze({ ...ir, nullable: true }) }) })
}

/** Whether a value was made by `t` or `entity`. */
export const isColumn = (value: unknown): value is ColumnSpec =>
  value !== null && typeof value === 'object' && 'kind' in value && 'ir' in value

/** What a call without types gave to a column that takes nothing. */
const optionsIn = (given: readonly unknown[]): unknown => (given.length === 0 ? {} : given[0])

/** Refuses options that a column does not have. That it may be NULL is no option but a word, and the likeliest to be mistaken. */
function checkColumnOptions(what: string, options: unknown, names: readonly string[]): void {
  if (options !== null && typeof options === 'object' && 'nullable' in options)
    mistake(`${what} has no option 'nullable'; write .nullable() after it`)
  checkOptions(what, options, names)
}

const finite = (value: unknown): number | undefined => (Number.isFinite(value) ? (value as number) + 0 : undefined)

function physicalBounds<Bound>(
  what: string,
  bounds: Bounds<Bound>,
  physical: (bound: Bound) => number | undefined,
  wanted: string,
): { min?: number; max?: number } {
  checkColumnOptions(what, bounds, ['min', 'max'])
  const result: { min?: number; max?: number } = {}
  for (const end of ['min', 'max'] as const) {
    const bound = bounds[end]
    if (bound === undefined) continue
    result[end] = physical(bound) ?? mistake(`${what}: ${end} ${show(bound)} is not ${wanted}`)
  }
  if (result.min !== undefined && result.max !== undefined && result.min > result.max)
    mistake(`${what}: min ${show(bounds.min)} is above max ${show(bounds.max)}`)
  return result
}

function distinctStrings(values: readonly string[]): readonly string[] {
  if (!Array.isArray(values) || values.length === 0 || values.some(value => typeof value !== 'string'))
    mistake(`t.enum needs a list of strings, got ${show(values)}`)
  const twice = values.find((value, i) => values.indexOf(value) !== i)
  if (twice !== undefined) mistake(`t.enum has ${show(twice)} twice`)
  return Object.freeze([...values])
}
