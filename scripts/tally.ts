/** Counts of passed, failed and skipped tests. Every step of `npm test` adds to them, and its last line prints them. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 }

export function plus(tally: Tally, more: Partial<Tally>): Tally {
  return {
    passed: tally.passed + (more.passed ?? 0),
    failed: tally.failed + (more.failed ?? 0),
    skipped: tally.skipped + (more.skipped ?? 0),
  }
}

export function tallyText({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
