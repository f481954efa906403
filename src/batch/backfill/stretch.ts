/**
 * Where the reading of events begins for a feature whose value depends on that in its last bits: sums over doubles.
 *
 * Time is cut into stretches, some times as long as the feature reaches back, and a partition's values are made as if its stretch were made from its beginning: the
 * events before it as far as the feature reaches, then every row up to the partition's. So the bits are a function of the definition and the history, whatever
 * part of a store is filled, and the cost of a part is bounded by its stretch.
 */
import type { AskedFeature } from './asked.ts'
import { partitionAt, type Partition, type Unit } from './calendar.ts'

const DAY = 86_400_000
/** Lengths of what a feature reaches back in a stretch, at least. */
const TIMES = 4

/** The first partition of a stretch: the one that begins in it first. All of a history is one stretch of what reaches back to its beginning. */
export function stretchOf({ reach }: Pick<AskedFeature, 'reach'>, { start }: Partition, unit: Unit): { readonly start: number } {
  if (reach === Infinity) return { start: -Infinity }
  const length = DAY * 2 ** Math.max(0, Math.ceil(Math.log2((TIMES * reach) / DAY)))
  const begins = Math.floor(start / length) * length
  const first = partitionAt(unit, begins)
  return { start: first.start < begins ? first.end : first.start }
}
