/** Delay and lag of sources in the last samples of the run. */
import { useResource } from '../core/resource.ts'
import { spanText } from '../core/text.ts'
import { newestLevel, type SeriesAnswer } from '../live/stored-series.ts'

/** Milliseconds. */
export interface SourceDelay {
  readonly delay: number | undefined
  /** Absent where the reader cannot tell. */
  readonly lag: number | undefined
}

export const LAG_TITLE =
  'Waiting time of the oldest record that the reader has not read, too long by at most 15 s; — where the reader cannot tell, or in its first 2 min'

/** The delay and lag of a source by its name. */
export function useSourceDelays(): (source: string) => SourceDelay {
  const levels = useResource<SeriesAnswer>('/series?names=source_delay_ms,source_lag_ms&since=5m&step=10s', 10_000).value
  const levelOf = (measure: string, source: string): number | undefined => levels && newestLevel(levels, measure, { source })
  return source => ({ delay: levelOf('source_delay_ms', source), lag: levelOf('source_lag_ms', source) })
}

export const durationOr = (missing: string, ms: number | undefined): string => (ms === undefined ? missing : spanText(Math.max(0, ms)))
