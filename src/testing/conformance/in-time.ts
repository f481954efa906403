/** Ends a check of a store that does not respond. */
import assert from 'node:assert/strict'
import { withDeadline } from '../../base/index.ts'

const TIMEOUT_MS = 30_000

/** Resolves or rejects as the check does; rejects if it has not ended within `timeoutMs`, by default 30,000 ms. */
export async function inTime(check: () => Promise<void>, timeoutMs = TIMEOUT_MS): Promise<void> {
  await withDeadline(check(), timeoutMs, () => assert.fail(`the store did not respond within ${timeoutMs} ms`))
}
