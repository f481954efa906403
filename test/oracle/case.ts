/**
 * The form of a hand-computed case, and helpers that keep one short.
 *
 * All cases share one wide source, so a case contains only its own subject: every column except the key is nullable and NULL by default.
 * Values are physical: `d: 1010` is 10.10.
 */
import type { ErrorCode } from '../../src/base/errors.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { AggregateName, ColumnIR, ExprIR, FeatureIR, GroupIR, PlacementIR, SourceIR, TypeIR, Value } from '../../src/define/ir/ir.ts'

/** A delivered value; an array for a feature that is a list. */
export type Delivered = Value | readonly Value[]

/** An expected error. */
export interface Rejected {
  readonly rejected: ErrorCode
}

export interface Ask {
  readonly key: readonly Value[]
  /** `P`: the number of events of the log, all sources together, from its start. */
  readonly prefix: number
  /** `t`. The visible events and the as-of time follow from (P, t) by the group's placement. */
  readonly t: number
  /** Index of the triggering event in the log, which features with `before` exclude. */
  readonly trigger?: number
  readonly expect: Readonly<Record<string, Delivered | Rejected>>
  /** The exact scaled integers of `sum` and `change`, if they have more digits than the delivered value. */
  readonly exact?: Readonly<Record<string, bigint>>
  readonly why: string
}

export interface Case {
  readonly name: string
  readonly source: SourceIR
  readonly group: GroupIR
  readonly log: readonly LoggedEvent[]
  readonly asks: readonly Ask[]
}

const types: Record<string, TypeIR> = {
  k: { type: 'string' },
  g: { type: 'string' },
  ref: { type: 'string' },
  n: { type: 'int' },
  m: { type: 'int' },
  d: { type: 'decimal', scale: 2 },
  x: { type: 'double' },
  s: { type: 'string' },
  b: { type: 'bool' },
  due: { type: 'timestamp' },
  took: { type: 'duration' },
  gone: { type: 'bool' },
  at: { type: 'timestamp' },
}

const columns: ColumnIR[] = Object.entries(types).map(([name, type]) => ({ name, ...type, nullable: name !== 'k' && name !== 'at' }))

export const wide: SourceIR = {
  name: 'wide',
  columns,
  key: 'k',
  time: 'at',
  arrives: { kind: 'after', delay: 0 },
  allowedLateness: 86_400_000,
  maxClockSkew: 60_000,
  dedupe: 3_600_000,
}

/** The same source, with revisions. */
export const revisable = (...identity: string[]): SourceIR => ({ ...wide, identity, revisable: 86_400_000, deleted: 'gone' })

/** The same source as a table: an event in which `gone` is true deletes the row of its key. */
export const changelog: SourceIR = { ...wide, deleted: 'gone' }

interface Happening {
  readonly time: number
  readonly row: Partial<Record<string, Value>>
  readonly how: { arrival?: number; partition?: number; deleted?: boolean; source?: string }
}

/** An event at `time`. Its arrival is by default the earliest possible: its time, or the arrival before it. */
export const ev = (time: number, row: Happening['row'], how: Happening['how'] = {}): Happening => ({ time, row, how })

/** A log in its total order; offsets are counted for each source and partition. */
export function history(...happenings: Happening[]): LoggedEvent[] {
  const offsets = new Map<string, number>()
  let latest = -Infinity
  return happenings.map(({ time, row, how }) => {
    const { source = 'wide', partition = 0 } = how
    const place = `${source} ${partition}`
    const offset = offsets.get(place) ?? 0
    offsets.set(place, offset + 1)
    const arrival = how.arrival ?? Math.max(time, latest)
    latest = arrival
    const full = {
      ...Object.fromEntries(columns.map(column => [column.name, null])),
      k: 'a',
      ...(how.deleted ? { gone: true } : {}),
      ...row,
      at: time,
    } as Record<string, Value>
    return { source, partition, offset, arrival, time, row: full }
  })
}

export const col = (name: string): ExprIR => ({ op: 'column', name, ...types[name] })
export const int = (value: number): ExprIR => ({ op: 'literal', value, type: 'int' })
export const decimal = (value: number, scale: number): ExprIR => ({ op: 'literal', value, type: 'decimal', scale })
export const double = (value: number): ExprIR => ({ op: 'literal', value, type: 'double' })
export const text = (value: string): ExprIR => ({ op: 'literal', value, type: 'string' })
export const compare = (left: ExprIR, op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte', right: ExprIR): ExprIR => ({
  op,
  left,
  right,
  type: 'bool',
})
export const logic = (left: ExprIR, op: 'and' | 'or', right: ExprIR): ExprIR => ({ op, left, right, type: 'bool' })
export const not = (of: ExprIR): ExprIR => ({ op: 'not', of, type: 'bool' })
export const isNull = (of: ExprIR): ExprIR => ({ op: 'isNull', of, type: 'bool' })
export const math = (left: ExprIR, op: 'add' | 'sub' | 'mul' | 'div', right: ExprIR, type: TypeIR): ExprIR => ({ op, left, right, ...type })

type Options = Partial<Pick<FeatureIR, 'hop' | 'where' | 'before' | 'per' | 'k' | 'limit' | 'halfLife' | 'bounds' | 'q'>>

/** A feature over the exact window, or with the given hop; the group sets `name`. */
export function agg(name: AggregateName, window: FeatureIR['window'], input?: ExprIR, options: Options = {}): FeatureIR {
  return { name: '', agg: name, window, hop: 1, ...(input ? { input } : {}), ...options, ...resultType(name, input) }
}

function resultType(name: AggregateName, input: ExprIR | undefined): TypeIR {
  if (name === 'count' || name === 'countDistinct' || name === 'histogram') return { type: 'int' }
  if (name === 'timeSinceLast') return { type: 'duration' }
  if (['mean', 'variance', 'stddev', 'rate', 'slope', 'share', 'decayedSum', 'quantile'].includes(name)) return { type: 'double' }
  const { type, scale } = input as TypeIR
  return { type: name === 'change' && type === 'timestamp' ? 'duration' : type, ...(scale === undefined ? {} : { scale }) }
}

interface Reading {
  readonly key?: readonly string[]
  readonly place?: PlacementIR
}

export function group(features: Record<string, FeatureIR>, { key = ['k'], place = { kind: 'stream' } }: Reading = {}): GroupIR {
  const named = Object.entries(features).map(([name, feature]) => ({ ...feature, name }))
  return { name: 'case', source: 'wide', entity: key, key, place, features: named }
}

/** UTC milliseconds of an ISO time. */
export const at = (iso: string): number => Date.parse(iso)
