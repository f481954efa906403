/** What an answer says of an event that was sent before: which entry of the log it repeats, and why there is nothing decided on that, where there is not. */
import { beginsOf } from '../../log/begins.ts'
import type { StoredLog } from '../../log/store.ts'

export interface RepeatedFields {
  readonly repeats?: number
  readonly undecided?: string
}

/** `decided`: how many decisions on the entry are recorded. */
export function repeatedFields(entry: number | undefined, decided: number, log: Pick<StoredLog, 'get'>): RepeatedFields {
  if (entry === undefined || decided > 0) return entry === undefined ? {} : { repeats: entry }
  const isForgotten = entry < beginsOf(log).entry
  const undecided = isForgotten
    ? 'the event that this repeats was forgotten (--keep), with what was decided on it'
    : 'nothing was decided on the event that this repeats when it came'
  return { repeats: entry, undecided }
}
