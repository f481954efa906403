/**
 * The ledger of batch runs: what ran, for which time, on which cut, with which code, and what came of it. Each is a named value of the log's store, so that what a run
 * did is committed with what follows from it.
 */
import type { StoredLog } from '../log/store.ts'
import type { Done } from './compute.ts'

export interface RunRecord {
  /** Counts the runs of all groups from 1. */
  readonly number: number
  readonly group: string
  /** On its schedule, or since somebody asked. */
  readonly why: 'schedule' | 'demand'
  /** The time that it is of, UTC ms: everything that had arrived by then. */
  readonly s: number
  /** The cut: no entry of the log from here on had arrived by `s`. */
  readonly cut: number
  /** The group's definition: two runs of other fingerprints are of other values. */
  readonly code: string
  /** When it began and ended, UTC ms by the wall clock. */
  readonly began: number
  readonly ended?: number
  /** A run that is `running` in a log that nobody runs was broken off. */
  readonly state: 'running' | 'done' | 'failed' | 'broken off'
  readonly error?: string
  readonly done?: Done
  /** The file of the result, beside the log, as long as it is kept. */
  readonly file?: string
  /** The entry of the log from which on the group's values are this run's, and when that was, UTC ms. */
  readonly swapped?: number
  readonly swappedAt?: number
}

const PREFIX = 'run/'
const DIGITS = 10

export const runName = (number: number): string => `${PREFIX}${String(number).padStart(DIGITS, '0')}`

/** All that are kept, the oldest first. */
export const runsIn = (store: StoredLog): RunRecord[] => store.named(PREFIX).map(([, text]) => JSON.parse(text) as RunRecord)

export const runText = (record: RunRecord): string => JSON.stringify(record)

/** The last run of a group that was swapped in before an entry of the log. */
export const swappedBefore = (runs: readonly RunRecord[], group: string, entry: number): RunRecord | undefined =>
  runs.findLast(run => run.group === group && run.swapped !== undefined && run.swapped < entry)
