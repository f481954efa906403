/**
 * The record of an import in the log: created by its first commit, finished by its last.
 *
 * In between the log ends in the middle of a history, and nothing else may be appended.
 */
import { SpillwayError } from '../../base/index.ts'
import { DECISION_PROGRESS, type NamedValues } from '../../log/index.ts'
import { progressText } from '../decide/decision-queue.ts'
import { importRecords, type ImportRecord } from '../history/import-records.ts'
import type { PipelineStore } from '../recovery/open-pipeline.ts'

/** The unfinished import, if there is one. */
export function unfinishedImport(store: NamedValues): ImportRecord | undefined {
  return importRecords(store).find(({ end }) => end === undefined)
}

/** Throws `SPILL_IMPORT` after an unfinished import: nothing may run on half a history. */
export function rejectUnfinishedImport(store: NamedValues): void {
  const record = unfinishedImport(store)
  if (record)
    throw new SpillwayError(
      'SPILL_IMPORT',
      `this folder has an unfinished import: that from ${record.files.join(', ')} was interrupted. ` +
        'Run the same `spillway replay --log` again, which continues, or begin again in a new folder',
    )
}

/** The view of a store as of the start of an import, to repeat the import and compare; commits go to the real store. */
export function storeBefore(store: PipelineStore, from: number): PipelineStore {
  const isBefore = <S extends { readonly first: number }>(segment: S | undefined) => (segment && segment.first < from ? segment : undefined)
  return {
    segmentAt: sequence => isBefore(store.segmentAt(sequence)),
    lastSegment: () => (from > 0 ? store.segmentAt(from - 1) : undefined),
    schemas: () => store.schemas(),
    decisionsAt: entry => (entry < from ? store.decisionsAt(entry) : []),
    decisionsFrom: (model, entry) => Array.from(store.decisionsFrom(model, entry)).filter(({ first }) => first < from),
    get: name => (name === DECISION_PROGRESS ? progressText({ entry: from, skip: 0 }) : store.get(name)),
    named: prefix => store.named(prefix),
    commit: commit => store.commit(commit),
    createState: name => store.createState(name),
    readState: name => store.readState(name),
    retainStates: names => store.retainStates(names),
  }
}
