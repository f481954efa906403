/** Delay and lag of sources in the last samples of the run. */
import { useResource } from '../core/resource.ts'
import { spanText } from '../core/text.ts'
import { newestLevel, type SeriesAnswer } from '../live/stored-series.ts'
import type { KnownLag } from './lag-text.ts'

export interface SourceDelay extends KnownLag {
  /** Milliseconds. */
  readonly delay: number | undefined
}

export const LAG_TITLE =
  'Waiting time of the oldest record that is not read and durable, too long by at most 15 s, from the first 2 min on; and the number of these records. — where the reader cannot tell'

/** The delay and lag of a source by its name. */
export function useSourceDelays(): (source: string) => SourceDelay {
  const levels = useResource<SeriesAnswer>('/series?names=source_delay_ms,source_lag_ms,source_lag&since=5m&step=10s', 10_000).value
  const levelOf = (measure: string, source: string): number | undefined => levels && newestLevel(levels, measure, { source })
  return source => ({
    delay: levelOf('source_delay_ms', source),
    lag: levelOf('source_lag_ms', source),
    records: levelOf('source_lag', source),
  })
}

export const durationOr = (missing: string, ms: number | undefined): string => (ms === undefined ? missing : spanText(Math.max(0, ms)))
