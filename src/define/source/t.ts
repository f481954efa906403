/**
 * Column types of a schema: `t.int()`, `t.decimal(2)`, `t.timestamp()` and the others.
 *
 * Invariant: a column is valid by itself. Its bounds are in order and exact at its scale, its zone exists, the values of its
 * enum differ.
 */
import { limits, type Duration, scaledInteger, spanMs, show, type StrictOmit } from '../../base/index.ts'
import { literal } from '../expression/literal.ts'
import type { ColumnSpec, DeclaredColumn, Kind } from '../expression/kinds.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'

/** Inclusive bounds, in the unit of the column's values. A source rejects a value outside them with the reason `schema`. */
export interface ColumnBounds<Bound = number> {
  readonly min?: Bound
  readonly max?: Bound
}

/** A column of a schema, which every record must have. */
export interface Column<K extends Kind, T, In> extends ColumnSpec<K, T, In> {
  /** Makes it optional: its value may be null or missing in a record. */
  nullable(): ColumnSpec<K, T | null, In | null>
  /**
   * Makes it optional in a record: `value` takes the place of a missing value, also in events of the log from before the column was added.
   *
   * @throws SpillwayError `SPILL_DEFINITION` for a value that the column does not accept.
   * @example
   * t.enum(['web', 'shop']).default('web')
   */
  default(value: T): ColumnSpec<K, T, In | undefined>
  /**
   * Marks it as personal data: servers and the dashboard mask its values, and the values that follow from it, for clients without the role
   * `personal`. No feature value changes, and neither does the fingerprint. Write it before `.nullable()` and `.default(…)`.
   *
   * @example
   * t.string().personal().nullable()
   */
  personal(): Column<K, T, In>
}

/**
 * Column types of a schema. Each call returns a column that every record must have; `.nullable()` makes it optional.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for options that a column does not have, and for bounds that are out of order or not
 * exact.
 * @example
 * const schema = {
 *   id: t.string(),
 *   at: t.timestamp({ zone: 'Europe/Zurich' }),
 *   kind: t.enum(['web', 'shop']),
 *   amount: t.decimal(2, { min: 0, max: '10000.00' }),
 *   note: t.string().nullable(),
 * }
 */
export const t = {
  /**
   * Text: well-formed Unicode, compared as UTF-8 bytes. A source rejects a record with a text longer than `maxBytes`.
   *
   * `maxBytes` is in bytes of UTF-8, at most 1 MiB. It defaults to 1 KiB for keys, ids, identity fields and entities, and to 64
   * KiB otherwise.
   *
   * @throws SpillwayError `SPILL_DEFINITION` for another option, or for a `maxBytes` that is no integer from 1 to 2^20.
   * @example
   * t.string({ maxBytes: 4096 })
   */
  string: (options: { readonly maxBytes?: number } = {}): Column<'string', string, string> => {
    checkColumnOptions('t.string', options, ['maxBytes'])
    const { maxBytes } = options
    if (maxBytes !== undefined && !(Number.isInteger(maxBytes) && maxBytes >= 1 && maxBytes <= limits.LINE_BYTES_MAX))
      mistake(`t.string: maxBytes is an integer from 1 to ${limits.LINE_BYTES_MAX}, got ${show(maxBytes)}`)
    return column('string', { type: 'string', ...(maxBytes !== undefined && { maxBytes }) })
  },

  /**
   * Text with a fixed set of values. A source rejects a record with any other value.
   *
   * @throws SpillwayError `SPILL_DEFINITION` for an empty list, a value that is no string, and a value that occurs twice.
   * @example
   * t.enum(['web', 'shop'])
   */
  enum: <const Values extends readonly string[]>(values: Values): Column<'string', Values[number], Values[number]> =>
    column('string', { type: 'string', values: distinctStrings(values) }),

  /**
   * Whole number within ±(2^53 − 1). Its aggregates are exact.
   *
   * @example
   * t.int({ min: 0 })
   */
  int: (bounds: ColumnBounds = {}): Column<'number', number, number> =>
    column('number', { type: 'int', ...physicalBounds('t.int', bounds, value => scaledInteger(value, 0), 'a safe integer') }),

  /**
   * Exact number with `scale` digits after the point, stored as the integer `value · 10^scale`. A record may hold a number or a
   * text.
   *
   * `scale` is from 0 to 15. Values are delivered as JavaScript numbers.
   *
   * @throws SpillwayError `SPILL_DEFINITION` for another scale, and for bounds that are not exact at this scale.
   * @example
   * t.decimal(2, { min: 0 })
   */
  decimal: (scale: number, bounds: ColumnBounds<number | string> = {}): Column<'number', number, number | string> => {
    if (!Number.isInteger(scale) || scale < 0 || scale > limits.DECIMAL_SCALE_MAX)
      mistake(`t.decimal needs digits after the point, 0 to ${limits.DECIMAL_SCALE_MAX}, got ${show(scale)}`)
    const exact = (value: number | string) => scaledInteger(value, scale)
    return column('number', { type: 'decimal', scale, ...physicalBounds(`t.decimal(${scale})`, bounds, exact, `exact at ${scale} digits`) })
  },

  /**
   * Finite IEEE 754 double. NaN and ±Infinity are rejected, −0 becomes 0. Its sums are inexact (semantics, Numbers to the bit).
   *
   * @example
   * t.double({ min: -90, max: 90 })
   */
  double: (bounds: ColumnBounds = {}): Column<'number', number, number> =>
    column('number', { type: 'double', ...physicalBounds('t.double', bounds, finite, 'a finite number') }),

  /** Boolean. A condition by itself: `count('1h', p.declined)`. */
  bool: (...none: readonly []): Column<'bool', boolean, boolean> => {
    checkColumnOptions('t.bool', optionsIn(none), [])
    return column('bool', { type: 'bool' })
  },

  /**
   * Point in time, in UTC milliseconds. A record may hold ISO 8601 text, a `Date` or UTC milliseconds.
   *
   * `zone` is the IANA time zone of texts without an offset; default UTC.
   *
   * @throws SpillwayError `SPILL_DEFINITION` for a zone that does not exist.
   * @example
   * t.timestamp({ zone: 'America/New_York' })
   */
  timestamp: (options: { readonly zone?: string } = {}): Column<'timestamp', number, number | string | Date> => {
    checkColumnOptions('t.timestamp', options, ['zone'])
    return column('timestamp', {
      type: 'timestamp',
      ...(options.zone === undefined ? {} : { zone: checkZone('t.timestamp', options.zone) }),
    })
  },

  /**
   * Length of time, in milliseconds. A record may also hold a text such as `'5m'`.
   *
   * @example
   * t.duration({ max: '1d' })
   */
  duration: (bounds: ColumnBounds<number | Duration> = {}): Column<'duration', number, number | Duration> =>
    column('duration', { type: 'duration', ...physicalBounds('t.duration', bounds, spanMs, "milliseconds or text such as '5m'") }),
}

/** Returns `zone` if it is an IANA time zone that this machine knows; otherwise throws `SPILL_DEFINITION`. */
export function checkZone(subject: string, zone: unknown): string {
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: String(zone) })
    return format.resolvedOptions().timeZone && String(zone)
  } catch {
    return mistake(`${subject}: ${show(zone)} is no time zone; write one such as 'Europe/Zurich'`)
  }
}

/** A required column, for `t` and `entity`. */
export function column<K extends Kind, T, In>(kind: K, ir: StrictOmit<DeclaredColumn, 'name' | 'nullable'>): Column<K, T, In> {
  const withIR = (changed: StrictOmit<DeclaredColumn, 'name'>) => ({ kind, ir: Object.freeze(changed) })
  return Object.freeze({
    ...withIR({ ...ir, nullable: false }),
    nullable: () => Object.freeze(withIR({ ...ir, nullable: true })),
    default: (value: unknown) => Object.freeze(withIR({ ...ir, nullable: false, default: defaultOf(ir, value) })),
    personal: () => column<K, T, In>(kind, { ...ir, personal: true }),
  })
}

/** Physical value of a default. */
function defaultOf({ min = -Infinity, max = Infinity, ...type }: StrictOmit<DeclaredColumn, 'name' | 'nullable'>, value: unknown) {
  const { value: physical } = literal('default', value, type, false)
  if (typeof physical === 'number' && (physical < min || physical > max))
    mistake(`'default': ${show(value)} is outside of the bounds of the column`)
  return physical
}

/** True for a value made by `t` or `entity`. */
export const isColumn = (value: unknown): value is ColumnSpec =>
  value !== null && typeof value === 'object' && 'kind' in value && 'ir' in value

/** The argument that an untyped call passes to a column without options. */
const optionsIn = (rest: readonly unknown[]): unknown => (rest.length === 0 ? {} : rest[0])

/** Rejects options that a column does not have. `nullable` is a method and no option, and the likeliest mistake. */
function checkColumnOptions(subject: string, options: unknown, names: readonly string[]): void {
  if (options !== null && typeof options === 'object' && 'nullable' in options)
    mistake(`${subject} has no option 'nullable'; write .nullable() after it`)
  checkOptions(subject, options, names)
}

const finite = (value: unknown): number | undefined => (Number.isFinite(value) ? (value as number) + 0 : undefined)

function physicalBounds<Bound>(
  subject: string,
  bounds: ColumnBounds<Bound>,
  physical: (bound: Bound) => number | undefined,
  expected: string,
): { min?: number; max?: number } {
  checkColumnOptions(subject, bounds, ['min', 'max'])
  const result: { min?: number; max?: number } = {}
  for (const end of ['min', 'max'] as const) {
    const bound = bounds[end]
    if (bound === undefined) continue
    result[end] = physical(bound) ?? mistake(`${subject}: ${end} ${show(bound)} is not ${expected}`)
  }
  if (result.min !== undefined && result.max !== undefined && result.min > result.max)
    mistake(`${subject}: min ${show(bounds.min)} is above max ${show(bounds.max)}`)
  return result
}

function distinctStrings(values: readonly string[]): readonly string[] {
  if (!Array.isArray(values) || values.length === 0 || values.some(value => typeof value !== 'string'))
    mistake(`t.enum needs a list of strings, got ${show(values)}`)
  const twice = values.find((value, i) => values.indexOf(value) !== i)
  if (twice !== undefined) mistake(`t.enum has ${show(twice)} twice`)
  return Object.freeze([...values])
}
