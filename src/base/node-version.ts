/**
 * The Node that Spillway needs. A consumer on an older one reads one clear error with the fix, instead of a missing module.
 *
 * Plain syntax, and nothing imported but the error class, because an old Node must be able to run it. The command line asks before it
 * imports the rest dynamically: static imports are all loaded before the first of them runs.
 */
import { SpillwayError } from './errors.ts'

export const NODE_NEEDED = 24

/** `SPILL_NODE_TOO_OLD` if `version` (as in `process.versions.node`) is below what Spillway needs. */
export function nodeTooOld(version: string): SpillwayError | undefined {
  if (Number(version.split('.')[0]) >= NODE_NEEDED) return undefined
  return new SpillwayError(
    'SPILL_NODE_TOO_OLD',
    `Spillway needs Node ${NODE_NEEDED} or newer; this is ${version}. ` +
      `Fix: npm install --save-dev node@${NODE_NEEDED} (npm scripts and npx then run on it), or install Node ${NODE_NEEDED}.`,
  )
}
