/**
 * The ledger of batch runs: what ran, for which time, on which cut, with which code, and what came of it. Each is a named value of the log's store, so that what a run
 * did is committed with what follows from it; the parts of its result, one a partition of its keys, are named values beside it as long as their files are kept.
 */
import { createHash } from 'node:crypto'
import type { StoredLog } from '../log/store.ts'
import type { Part } from './job.ts'

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
  /** The version of its source's columns that events were written with. */
  readonly schema: number
  /** When it began and ended, UTC ms by the wall clock. */
  readonly began: number
  readonly ended?: number
  /** Processes that took it up again after the one that began it. */
  readonly resumed?: number
  /** A run that is `running` in a log that nobody runs is taken up again by whoever runs there next, unless a later one is due. */
  readonly state: 'running' | 'done' | 'failed' | 'broken off'
  readonly error?: string
  readonly done?: Done
  /** The entry of the log from which on the group's values are this run's, and when that was, UTC ms. */
  readonly swapped?: number
  readonly swappedAt?: number
}

/** What a run did, over all partitions. */
export interface Done {
  /** Into how many its keys were parted. */
  readonly partitions: number
  /** How many events of the source had arrived by `s`, of all that the log ever had. */
  readonly known: number
  /** Events that were read, and keys that have values. */
  readonly read: number
  readonly keys: number
  readonly bytes: number
  /** SHA-256 over the hashes of the parts in order, hex. */
  readonly hash: string
  /** Of the process that ended it. */
  readonly seconds: number
  /** Bytes of memory that its threads held at most, in that process. */
  readonly memory: number
}

/** What parts come to, in the order of their partitions. */
export function sumOf(parts: readonly Part[]): Omit<Done, 'seconds' | 'memory'> {
  const total = (of: (part: Part) => number): number => parts.reduce((sum, part) => sum + of(part), 0)
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part.hash)
  return {
    partitions: parts.length,
    known: parts[0].known,
    read: total(({ read }) => read),
    keys: total(({ keys }) => keys),
    bytes: total(({ bytes }) => bytes),
    hash: hash.digest('hex'),
  }
}

const RUNS = 'run/'
const PARTS = 'part/'
const DIGITS = 10

const padded = (number: number): string => String(number).padStart(DIGITS, '0')

export const runName = (number: number): string => `${RUNS}${padded(number)}`

export const partName = (number: number, partition: number): string => `${PARTS}${padded(number)}/${padded(partition)}`

/** The file of a part, beside the log. */
export const partFile = (number: number, partition: number): string => `run-${number}-${partition}.bin`

/** All that are kept, the oldest first. */
export const runsIn = (store: StoredLog): RunRecord[] => store.named(RUNS).map(([, text]) => JSON.parse(text) as RunRecord)

/** The parts whose files are kept, by partition: of one run, */
export const partsIn = (store: StoredLog, number: number): Map<number, Part> =>
  new Map(store.named(`${PARTS}${padded(number)}/`).map(([, text]) => partOf(text)))

/** and of all, by their numbers. */
export function allPartsIn(store: StoredLog): Map<number, Map<number, Part>> {
  const byRun = Map.groupBy(store.named(PARTS), ([name]) => Number(name.slice(PARTS.length, PARTS.length + DIGITS)))
  return new Map([...byRun].map(([number, named]) => [number, new Map(named.map(([, text]) => partOf(text)))]))
}

/** The files of all parts that are kept. */
export const partFilesIn = (store: StoredLog): string[] =>
  [...allPartsIn(store)].flatMap(([number, parts]) => [...parts.keys()].map(partition => partFile(number, partition)))

function partOf(text: string): [partition: number, part: Part] {
  const part = JSON.parse(text) as Part
  return [part.partition, part]
}

/** The run of a group that was swapped in last before an entry of the log. */
export const swappedBefore = (runs: readonly RunRecord[], group: string, entry: number): RunRecord | undefined =>
  inOrderOfSwaps(runs).findLast(run => run.group === group && run.swapped! < entry)

/** The same by a time, UTC ms. */
export const swappedBy = (runs: readonly RunRecord[], group: string, t: number): RunRecord | undefined =>
  inOrderOfSwaps(runs).findLast(run => run.group === group && run.swappedAt! <= t)

/** Those that were swapped in. One that is of an earlier definition may wait until that is back, while later ones are made and swapped in. */
export const inOrderOfSwaps = (runs: readonly RunRecord[]): RunRecord[] =>
  runs.filter(run => run.swapped !== undefined).sort((a, b) => a.swapped! - b.swapped!)
