import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { DatabaseSync } from './sqlite.ts'

/** SQLite's own check of its pages, where it takes milliseconds. In a larger file damage is found when it is come upon. Throws `SPILL_DATA`. */
export function checkStructure(db: DatabaseSync, path: string): void {
  const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number }
  if (pages > limits.QUICK_CHECK_PAGES_MAX) return
  const { quick_check: said } = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
  if (said === 'ok') return
  throw new SpillwayError('SPILL_DATA', `is damaged (${said}); restore the folder from a backup`, { place: path })
}
