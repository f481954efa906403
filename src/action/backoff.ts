/**
 * Exponential backoff of failed deliveries: 1 s after the first attempt, doubling up to 15 min, with ±20 % jitter.
 *
 * Jitter keeps deliveries that failed together from coming back together. 15 attempts take about 77 minutes.
 */
import { limits, type Random } from '../base/index.ts'

export const DEFAULT_ATTEMPTS: number = limits.ACTION_ATTEMPTS

const SPREAD = 0.2

/**
 * Milliseconds from the end of attempt `attempt` (from 1) to the next attempt. At least the receiver's `Retry-After`, which jitter only
 * lengthens. Draws one number from `random`, so the same seed gives the same waits.
 */
export function backoffMs(attempt: number, random: Random, retryAfterMs = 0): number {
  const chance = random()
  const exponential = Math.min(limits.BACKOFF_FIRST_MS * 2 ** (attempt - 1), limits.BACKOFF_MS_MAX)
  const jittered = exponential * (1 - SPREAD + 2 * SPREAD * chance)
  const requested = Math.min(retryAfterMs, limits.RETRY_AFTER_MS_MAX) * (1 + SPREAD * chance)
  return Math.round(Math.max(jittered, requested))
}
