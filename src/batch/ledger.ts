/**
 * The ledger of batch runs: time, cut, definition, state and result of each run, as named values of the log's store.
 *
 * A run's record is committed with the changes that follow from it. The parts of a result, one per partition, are named values beside it as
 * long as their files are kept.
 */
import { type StrictOmit, sumBy } from '../base/index.ts'
import { createHash } from 'node:crypto'
import { jobRecordsIn, numberInName, type JobRecord } from '../jobs/index.ts'
import type { NamedValues, SavedStates } from '../log/index.ts'
import type { ResultPart } from './job.ts'

/** One batch run. Its fields are stored names. */
export interface BatchRunRecord extends JobRecord {
  readonly group: string
  /** Started by its schedule or on demand. */
  readonly why: 'schedule' | 'demand'
  /** As-of time, UTC ms: the run sees every event that had arrived by then. */
  readonly s: number
  /** The cut, a sequence number: no entry from it on had arrived by `s`. */
  readonly cut: number
  /** Fingerprint of the group's definition: runs with different codes have different values. */
  readonly code: string
  /** Schema version of the source columns. */
  readonly schema: number
  /** Later processes that resumed it. */
  readonly resumed?: number
  readonly done?: BatchRunResult
  /** First log entry that uses its values, and the time of that swap, UTC ms. */
  readonly swapped?: number
  readonly swappedAt?: number
}

/** Result of a run over all partitions. */
export interface BatchRunResult {
  /** Number of partitions. */
  readonly partitions: number
  /** Number of visible events of the source, of all that the log ever had. */
  readonly known: number
  /** Events read, and keys with values. */
  readonly read: number
  readonly keys: number
  readonly bytes: number
  /** SHA-256 over the hashes of the parts in order, hex. */
  readonly hash: string
  /** Duration in the process that ended it. */
  readonly seconds: number
  /** Sum of the peak memory of its threads in that process, bytes. */
  readonly memory: number
}

/** Totals of parts, which are in partition order. */
export function totalsOf(parts: readonly ResultPart[]): StrictOmit<BatchRunResult, 'seconds' | 'memory'> {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part.hash)
  return {
    partitions: parts.length,
    known: parts[0].known,
    read: sumBy(parts, ({ read }) => read),
    keys: sumBy(parts, ({ keys }) => keys),
    bytes: sumBy(parts, ({ bytes }) => bytes),
    hash: hash.digest('hex'),
  }
}

/** Batch runs are stored under names that begin so. */
export const BATCH_RUNS = 'run/'
const PARTS = 'part/'

/** The name of a part in the store. */
export const partName = (number: number, partition: number): string => `${PARTS}${numberInName(number)}/${numberInName(partition)}`

/** The file of a part, beside the log. */
export const partFile = (number: number, partition: number): string => `run-${number}-${partition}.bin`

/** Reads a stored part and checks its length and hash; `undefined` if it is missing or damaged. */
export function readPart(store: SavedStates, number: number, { partition, bytes: length, hash }: ResultPart): Uint8Array | undefined {
  const bytes = store.readState(partFile(number, partition))
  if (bytes?.length !== length) return undefined
  return createHash('sha256').update(bytes).digest('hex') === hash ? bytes : undefined
}

/** The stored parts of a run with so many partitions; `undefined` for each that is missing or damaged. */
export function readParts(store: NamedValues & SavedStates, number: number, partitions: number): (Uint8Array | undefined)[] {
  const parts = partsIn(store, number)
  return Array.from({ length: partitions }, (_, partition) => {
    const part = parts.get(partition)
    return part && readPart(store, number, part)
  })
}

/** Runs in the store, oldest first. */
export const batchRunsIn = (store: NamedValues): BatchRunRecord[] => jobRecordsIn(store, BATCH_RUNS)

/** Stored parts of one run, by partition. */
export const partsIn = (store: NamedValues, number: number): Map<number, ResultPart> =>
  new Map(store.named(`${PARTS}${numberInName(number)}/`).map(([, text]) => partOf(text)))

/** Stored parts of all runs, by run number and partition. */
export function allPartsIn(store: NamedValues): Map<number, Map<number, ResultPart>> {
  const byRun = Map.groupBy(store.named(PARTS), ([name]) => Number(name.split('/')[1]))
  return new Map([...byRun].map(([number, named]) => [number, new Map(named.map(([, text]) => partOf(text)))]))
}

/** Files of all stored parts. */
export const partFilesIn = (store: NamedValues): string[] =>
  [...allPartsIn(store)].flatMap(([number, parts]) => [...parts.keys()].map(partition => partFile(number, partition)))

function partOf(text: string): [partition: number, part: ResultPart] {
  const part = JSON.parse(text) as ResultPart
  return [part.partition, part]
}

/** The last run of a group that was swapped in before a log entry. */
export const lastSwapBefore = (runs: readonly BatchRunRecord[], group: string, entry: number): BatchRunRecord | undefined =>
  bySwap(runs).findLast(run => run.group === group && run.swapped! < entry)

/** The last run of a group that was swapped in by a time, UTC ms. */
export const lastSwapBy = (runs: readonly BatchRunRecord[], group: string, t: number): BatchRunRecord | undefined =>
  bySwap(runs).findLast(run => run.group === group && run.swappedAt! <= t)

/** The run of a group's definition, by its code, whose result is in use; undefined while that of another definition was swapped in last. */
export function runInUse(runs: readonly BatchRunRecord[], group: string, code: string): BatchRunRecord | undefined {
  const newest = lastSwapBefore(runs, group, Infinity)
  return newest?.code === code ? newest : undefined
}

/**
 * Swapped runs in order of their swaps. A run of an earlier definition waits until that definition is back; later runs may be swapped in
 * before it.
 */
export const bySwap = (runs: readonly BatchRunRecord[]): BatchRunRecord[] =>
  runs.filter(run => run.swapped !== undefined).sort((a, b) => a.swapped! - b.swapped!)
