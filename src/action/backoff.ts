/**
 * When a delivery is tried again: a second after the first try, then twice as long each time up to a quarter of an hour, give or take a fifth so
 * that what failed together does not come back together. 15 tries take about 77 minutes.
 */
import { limits } from '../base/limits.ts'
import type { Random } from '../base/random.ts'

export const defaultAttempts: number = limits.ACTION_ATTEMPTS

const SPREAD = 0.2

/**
 * Milliseconds from the end of try `attempt` (from 1) to the next one. Not before what the receiver asked for; that is stretched by up to a fifth
 * too, and never shortened. Takes one number from `random`: the same seed gives the same waits.
 */
export function backoffMs(attempt: number, random: Random, retryAfterMs = 0): number {
  const chance = random()
  const grown = Math.min(limits.BACKOFF_FIRST_MS * 2 ** (attempt - 1), limits.BACKOFF_MS_MAX)
  const own = grown * (1 - SPREAD + 2 * SPREAD * chance)
  const asked = Math.min(retryAfterMs, limits.RETRY_AFTER_MS_MAX) * (1 + SPREAD * chance)
  return Math.round(Math.max(own, asked))
}
