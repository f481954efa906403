/**
 * What stands in the log of an import of history: begun with its first commit, done with its last.
 *
 * Between the two the log ends in the middle of a history, and nothing else may be appended to it.
 */
import { SpillwayError } from '../../base/errors.ts'
import { DECIDED } from '../../log/decided.ts'
import type { LogStore, StoredLog } from '../../log/store.ts'
import { progressText } from '../decide/decision-queue.ts'

export interface ImportRecord {
  /** The log's next entry when it began: everything before was decided. */
  readonly from: number
  /** Of the pipeline. */
  readonly fingerprint: string
  /** By name and path, as they were given. */
  readonly files: readonly string[]
  /** Records that were refused, of those that are with the dead letters by now. */
  readonly letters: number
  /** The entry behind its last; absent until it is done. */
  readonly end?: number
}

const PREFIX = 'import/'

export const put = (record: ImportRecord): [name: string, value: string] => [
  `${PREFIX}${String(record.from).padStart(16, '0')}`,
  JSON.stringify(record),
]

/** The import that was begun and is not done. */
export function halfDone(store: StoredLog): ImportRecord | undefined {
  return store
    .named(PREFIX)
    .map(([, value]) => JSON.parse(value) as ImportRecord)
    .find(({ end }) => end === undefined)
}

/** Throws `SPILL_IMPORT` if an import was broken off: nothing may run on half a history. */
export function refuseHalfDone(store: StoredLog): void {
  const record = halfDone(store)
  if (record)
    throw new SpillwayError(
      'SPILL_IMPORT',
      `this folder has half of a history: its import from ${record.files.join(', ')} was broken off. ` +
        'Give the same `spillway replay --log` again, which goes on, or begin again in a new folder',
    )
}

/** A store as it stood when an import began, for whoever makes its entries again to compare them; what is committed goes to the store. */
export function before(store: LogStore, from: number): LogStore {
  const isBefore = <S extends { readonly first: number }>(found: S | undefined) => (found && found.first < from ? found : undefined)
  return {
    effects: store.effects,
    segmentAt: sequence => isBefore(store.segmentAt(sequence)),
    decisionsAt: entry => store.decisionsAt(entry),
    lastSegment: () => (from > 0 ? store.segmentAt(from - 1) : undefined),
    schemas: () => store.schemas(),
    lastStages: () => store.lastStages(),
    get: name => (name === DECIDED ? progressText({ entry: from, skip: 0 }) : store.get(name)),
    named: prefix => store.named(prefix),
    commit: commit => store.commit(commit),
    createState: name => store.createState(name),
    readState: name => store.readState(name),
    keepStates: names => store.keepStates(names),
    close: () => store.close(),
  }
}
