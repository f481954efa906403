/**
 * The lag of sources as readings of the time series: for each source the greatest waiting time of an unread record, over its partitions, and
 * the number of records behind its committed positions.
 */
import { seriesText } from '../series/measures.ts'
import type { SeriesReading } from '../series/recorder.ts'
import type { LagTotals, SourceLag } from './lag-sampler.ts'

/** The readings of each source whose lag is known. */
export function lagReadings(lags: readonly Pick<SourceLag, 'source' | 'partitions' | 'records'>[]): SeriesReading[] {
  const greatest = new Map<string, number>()
  for (const { source, partitions } of lags)
    for (const { age } of partitions) greatest.set(source, Math.max(greatest.get(source) ?? 0, age.ms))
  return [
    ...Array.from(greatest, ([source, ms]): SeriesReading => [seriesText('source_lag_ms', [source]), ms]),
    ...Array.from(lagTotals(lags, 'records'), ([source, records]): SeriesReading => [seriesText('source_lag', [source]), records]),
  ]
}

/** A number of records by source, summed over those of its readers that know it. */
export function lagTotals<K extends keyof LagTotals>(
  lags: readonly (Pick<SourceLag, 'source'> & Pick<LagTotals, K>)[],
  name: K,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const { source, [name]: records } of lags) if (records !== undefined) sums.set(source, (sums.get(source) ?? 0) + records)
  return sums
}
