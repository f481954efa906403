/** The lag of sources as readings of the time series: for each source the greatest waiting time of an unread record, over its partitions. */
import { seriesText } from '../series/measures.ts'
import type { SeriesReading } from '../series/recorder.ts'
import type { SourceLag } from './lag-sampler.ts'

/** One reading for each source whose lag is known. */
export function lagReadings(lags: readonly Pick<SourceLag, 'source' | 'partitions'>[]): SeriesReading[] {
  const greatest = new Map<string, number>()
  for (const { source, partitions } of lags)
    for (const { age } of partitions) greatest.set(source, Math.max(greatest.get(source) ?? 0, age.ms))
  return Array.from(greatest, ([source, ms]) => [seriesText('source_lag_ms', [source]), ms])
}
