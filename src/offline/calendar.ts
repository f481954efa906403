/** Calendar partitions of a store, in UTC: days or months. Times are UTC ms. */

/** Partition sizes. */
export const partitionUnits = ['day', 'month'] as const

/** The size of partitions. */
export type PartitionUnit = (typeof partitionUnits)[number]

/** One partition; `end` is exclusive. */
export interface CalendarPartition {
  /** `2026-01-31`, or `2026-01`. */
  readonly name: string
  readonly start: number
  readonly end: number
}

/**
 * The partition that contains a time.
 * @example
 *   partitionAt('day', Date.parse('2026-01-31T12:00Z')).name // '2026-01-31'
 */
export function partitionAt(unit: PartitionUnit, time: number): CalendarPartition {
  const date = new Date(time)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  const start = unit === 'day' ? Date.UTC(year, month, day) : Date.UTC(year, month)
  const end = unit === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1)
  return { name: new Date(start).toISOString().slice(0, unit === 'day' ? 10 : 7), start, end }
}

/** The partitions that overlap [from, to], in order. */
export function* partitionsBetween(unit: PartitionUnit, from: number, to: number): Generator<CalendarPartition> {
  for (let partition = partitionAt(unit, from); partition.start <= to; partition = partitionAt(unit, partition.end)) yield partition
}
