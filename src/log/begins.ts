/** Where a log begins that does not keep everything. */
import type { StoredLog } from './store.ts'

export interface Begins {
  /** Its first entry. */
  readonly entry: number
  /** No event before it arrived later, UTC ms; −Infinity if nothing was forgotten. */
  readonly arrival: number
}

/** The name of the value that says it; committed with what is forgotten. */
export const BEGINS = 'begins'

export const beginsText = ({ entry, arrival }: Begins): string => JSON.stringify([entry, arrival])

export function beginsOf(store: Pick<StoredLog, 'get'>): Begins {
  const text = store.get(BEGINS)
  if (text === undefined) return { entry: 0, arrival: -Infinity }
  const [entry, arrival] = JSON.parse(text) as [number, number]
  return { entry, arrival }
}
