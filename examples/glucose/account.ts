/**
 * Checks that every due page was sent exactly once: computed again from the recorded decisions, and compared with the pages that were
 * received.
 *
 * Within half an hour a patient is paged once: at the first decision that scores 0.8 (`cooldown`).
 */
import type { Page } from './pages.ts'

export interface Alert {
  readonly key: string
  readonly t: number
  readonly score: number | null
}

/** By patient, the time of the first decision with a page. */
export async function alerts(decisions: AsyncIterable<Alert>): Promise<Map<string, number>> {
  const first = new Map<string, number>()
  for await (const { key, t, score } of decisions) if (score !== null && score >= 0.8 && !first.has(key)) first.set(key, t)
  return first
}

/** The faults, one line each; empty if there are none. */
export function faults(expected: ReadonlyMap<string, number>, pages: readonly Page[]): string[] {
  const found: string[] = []
  const paged = new Map<string, Page>()
  for (const page of pages) {
    const { patient, key, t } = page
    const other = paged.get(patient)
    if (other) found.push(`${patient} was paged under two keys, ${other.key} and ${key}`)
    paged.set(patient, page)
    if (expected.get(patient) !== t) found.push(`${patient} was paged for ${timeOf(t)}, and no decision there asks for it`)
  }
  for (const [patient, t] of expected) if (!paged.has(patient)) found.push(`${patient} scored 0.8 at ${timeOf(t)}, and nobody was paged`)
  return found
}

export const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 19)
