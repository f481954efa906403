/** Times in text: formatting, and parsing of options. */
import { timestampMs, limits } from '../../base/index.ts'
import { UsageError } from './command.ts'

/** UTC milliseconds as ISO 8601. */
export const timeText = (ms: number): string => new Date(ms).toISOString()

/** Parses the time of an option, ISO 8601 with its offset or UTC milliseconds, to UTC milliseconds. Throws `UsageError`. */
export function parseTime(option: string, text: string): number {
  const ms = timestampMs(/^-?\d+$/.test(text) ? Number(text) : text)
  if (ms === undefined || Math.abs(ms) > limits.TIME_MS_MAX)
    throw new UsageError(`${option} ${text} is not a time; write ISO 8601 with its offset, such as 2026-01-01T00:00Z, or UTC milliseconds`)
  return ms
}
