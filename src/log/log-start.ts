/** Start of a log whose oldest entries were removed by retention. */
import type { NamedValues } from './store.ts'

export interface LogStart {
  /** The first entry that the log still has. */
  readonly entry: number
  /** Greatest arrival of the removed events, UTC ms; −Infinity if nothing was removed. */
  readonly arrival: number
}

/** Name of the stored value that holds the log start; it is committed together with the removal. */
export const LOG_START = 'begins'

export const logStartText = ({ entry, arrival }: LogStart): string => JSON.stringify([entry, arrival])

export function logStartOf(store: Pick<NamedValues, 'get'>): LogStart {
  const text = store.get(LOG_START)
  if (text === undefined) return { entry: 0, arrival: -Infinity }
  const [entry, arrival] = JSON.parse(text) as [number, number]
  return { entry, arrival }
}
