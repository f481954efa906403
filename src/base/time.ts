import { SpillwayError } from './errors.ts'

/** A duration as users write it: `'250ms'`, `'30s'`, `'10m'`, `'1h'`, `'7d'`, `'2w'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd' | 'w'}`

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/**
 * Milliseconds of a duration. Throws `SPILL_DEFINITION` for anything else, for zero (unless `zero`), and for a fraction of a
 * millisecond.
 */
export function durationMs(text: Duration, { zero = false }: { zero?: boolean } = {}): number {
  const match = /^(\d+)(?:\.(\d{1,15}))?(ms|s|m|h|d|w)$/.exec(text)
  const ms = match ? exactMs(match[1], match[2] ?? '', units[match[3] as keyof typeof units]) : NaN
  if (!Number.isSafeInteger(ms) || ms < 0 || (ms === 0 && !zero))
    throw new SpillwayError('SPILL_DEFINITION', `'${text}' is no duration; write '30s', '10m', '1h' or '7d'`)
  return ms
}

/** Computes in integers, since 2.01 · 1000 is not 2010 in doubles. The result is no integer if the duration is not exact. */
function exactMs(whole: string, fraction: string, unit: number): number {
  const scaled = Number(whole + fraction) * unit
  return Number.isSafeInteger(scaled) ? scaled / 10 ** fraction.length : NaN
}

/** A duration in the largest unit that divides it: 90_000 → `90s`. */
export function durationText(ms: number): Duration {
  for (const unit of ['w', 'd', 'h', 'm', 's'] as const) if (ms !== 0 && ms % units[unit] === 0) return `${ms / units[unit]}${unit}`
  return `${ms}ms`
}
