/** Partitions of a store by the calendar, in UTC: days or months. Times are UTC ms. */

export const units = ['day', 'month'] as const

export type Unit = (typeof units)[number]

/** A stretch of time, `end` not included. */
export interface Partition {
  /** `2026-01-31`, or `2026-01`. */
  readonly name: string
  readonly start: number
  readonly end: number
}

/** The partition that holds a moment. */
export function partitionAt(unit: Unit, moment: number): Partition {
  const date = new Date(moment)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  const start = unit === 'day' ? Date.UTC(year, month, day) : Date.UTC(year, month)
  const end = unit === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1)
  return { name: new Date(start).toISOString().slice(0, unit === 'day' ? 10 : 7), start, end }
}

/** The partitions that hold a part of [from, to], in order. */
export function* partitionsOf(unit: Unit, from: number, to: number): Generator<Partition> {
  for (let partition = partitionAt(unit, from); partition.start <= to; partition = partitionAt(unit, partition.end)) yield partition
}
