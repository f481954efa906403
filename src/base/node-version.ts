/**
 * Checks the version of Node: an old version gets one clear error with the fix, instead of a missing module.
 *
 * An old Node must be able to run this file, so it has plain syntax and imports only the error class. The command line checks
 * before it imports the rest dynamically: static imports are all loaded before the first of them runs.
 */
import { SpillwayError } from './errors.ts'

/** Oldest major version of Node that Spillway runs on. */
const NODE_NEEDED = 24

/** Returns the error `SPILL_NODE_TOO_OLD` if `version` (as in `process.versions.node`) is too old. */
export function nodeTooOld(version: string): SpillwayError | undefined {
  if (Number(version.split('.')[0]) >= NODE_NEEDED) return undefined
  return new SpillwayError(
    'SPILL_NODE_TOO_OLD',
    `Spillway needs Node ${NODE_NEEDED} or newer; this is ${version}. ` +
      `Fix: npm install --save-dev node@${NODE_NEEDED} (npm scripts and npx then run on it), or install Node ${NODE_NEEDED}.`,
  )
}
