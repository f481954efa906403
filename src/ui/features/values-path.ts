/** The route with the values of a key: now, or as of a past time. */
import type { GroupAnswer } from '../core/answers.ts'
import { utcTime } from '../core/text.ts'

/** `undefined` without a key. A key of several columns is written `a,b`; the route for now has a parameter for each of them. */
export function valuesPath(
  { name, key: columns }: Pick<GroupAnswer, 'name' | 'key'>,
  key: string | undefined,
  at: string | undefined,
): string | undefined {
  if (key === undefined) return undefined
  if (at !== undefined) {
    const time = utcTime(at)
    const query = new URLSearchParams({ group: name, key, at: Number.isNaN(time) ? at : new Date(time).toISOString() })
    return `/features/as-of?${query.toString()}`
  }
  const parts = columns.length === 1 ? [key] : key.split(',').map(part => part.trim())
  return `/features/${encodeURIComponent(name)}?${parts.map(part => `key=${encodeURIComponent(part)}`).join('&')}`
}
