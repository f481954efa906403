/** How long to wait before the next try: as long as the server asked for, and longer each time, by chance not all clients at once. */
import { limits } from '../base/limits.ts'
import type { Random } from '../base/random.ts'

const FIRST_MS = 100

/** Milliseconds after so many failures, from 1. */
export function waitMs(failures: number, random: Random, asked = 0): number {
  const most = Math.min(limits.CLIENT_WAIT_MS_MAX, FIRST_MS * 2 ** (failures - 1))
  const ours = most * (0.5 + random() / 2)
  // All that were turned away together were told the same time.
  return asked > 0 ? Math.max(asked * (1 + random() / 4), ours) : ours
}
