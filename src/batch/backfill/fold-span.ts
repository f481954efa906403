/**
 * The start of reading for features whose last bits depend on it: sums over doubles.
 *
 * Time is cut into spans, several times as long as the feature's reach. A partition's values are computed as if its span were computed from
 * its start: first the events within reach before the span, then every row up to the partition's. So the bits are a function of definition
 * and history, whichever part of a store is filled, and the cost of a partition is bounded by its span.
 */
import type { BackfillFeature } from './target.ts'
import { partitionAt, type CalendarPartition, type PartitionUnit } from '../../offline/index.ts'

const DAY = 86_400_000
/** Least length of a span, in reaches. */
const TIMES = 4

/** Start of the first partition that begins in the span. A feature with infinite reach has one span: the whole history. */
export function foldSpan(
  { reach }: Pick<BackfillFeature, 'reach'>,
  { start }: CalendarPartition,
  unit: PartitionUnit,
): { readonly start: number } {
  if (reach === Infinity) return { start: -Infinity }
  const length = DAY * 2 ** Math.max(0, Math.ceil(Math.log2((TIMES * reach) / DAY)))
  const spanStart = Math.floor(start / length) * length
  const first = partitionAt(unit, spanStart)
  return { start: first.start < spanStart ? first.end : first.start }
}
