/**
 * Results of batch runs, by number, for the groups of a run: new ones in memory, and those of the ledger in files beside the log. A lost or
 * damaged part is made again from the log, of which it is a function.
 */
import {
  groupCode,
  computeParts,
  type BatchJob,
  partFile,
  partsIn,
  batchRunsIn,
  lastSwapBefore,
  type BatchRunRecord,
  readPart,
  readBatchValues,
  type BatchValues,
} from '../../batch/index.ts'
import type { Strings } from '../../columns/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { logStartOf, type NamedValues, type SavedStates, type SegmentLog, type StateSink, type SavedStateWriter } from '../../log/index.ts'
import type { BatchGroup } from './batch-group.ts'

export interface BatchResultsOptions {
  readonly ir: PipelineIR
  readonly store: ResultStore
  readonly strings: Strings
  readonly onReport: (report: string) => void
}

export class BatchResults {
  readonly #options: BatchResultsOptions
  #store: ResultStore
  readonly #ready = new Map<number, BatchValues>()

  constructor(options: BatchResultsOptions) {
    this.#options = options
    this.#store = options.store
  }

  /** Continues on another connection to the same log, that of the process which now holds the folder. */
  useStore(store: ResultStore): void {
    this.#store = store
  }

  /** Adds the values of a new run, which stay in memory until the swap. */
  add(values: BatchValues): void {
    this.#ready.set(values.run, values)
  }

  /** Returns the values of a run for its swap, and drops them here; undefined if the run has other definitions than the group. */
  claim(group: BatchGroup, run: number): BatchValues | undefined {
    const ready = this.#ready.get(run)
    this.#ready.delete(run)
    if (ready) return ready
    const record = batchRunsIn(this.#store).find(({ number }) => number === run)
    return record && this.#read(group, record)
  }

  /** The values that a group serves at an entry of the log. */
  at(group: BatchGroup, entry: number): BatchValues | undefined {
    const record = lastSwapBefore(batchRunsIn(this.#store), group.group.name, entry)
    return record && this.#read(group, record)
  }

  #read({ group, source }: BatchGroup, { number, s, cut, code, done }: BatchRunRecord): BatchValues | undefined {
    const { ir, strings, onReport } = this.#options
    if (!done) return undefined
    if (code !== groupCode(group, source)) {
      onReport(`the definition of group '${group.name}' has changed since its last batch run: it has no values until the next`)
      return undefined
    }
    const { partitions, known, keys } = done
    const parts = batchResultParts(this.#store, number, { group, source, sources: ir.sources, s, cut, partitions }, onReport)
    try {
      return readBatchValues(parts.flat(), group, source, strings, { run: number, s, known, keys })
    } catch (error) {
      if (logStartOf(this.#store).entry === 0) throw error
      // If the log has forgotten the events of the result, the result is dropped, never made from fewer events.
      const { message } = error as Error
      onReport(`the result of run ${number} of group '${group.name}' cannot be made again: it has no values until the next (${message})`)
      return undefined
    }
  }
}

/** Where batch results are: the ledger, the files of their parts, and the log from which missing parts are computed again. */
export type ResultStore = SegmentLog & NamedValues & SavedStates & Partial<Pick<SavedStateWriter, 'createState'>>

/** The bytes of each part of a result, in pieces. Missing or damaged parts are computed again and reported; a writable store keeps them. */
export function batchResultParts(
  store: ResultStore,
  number: number,
  job: BatchJob & { readonly partitions: number },
  onReport: (report: string) => void,
): Uint8Array[][] {
  const { group, partitions } = job
  const parts = partsIn(store, number)
  const result = Array.from({ length: partitions }, (_, partition): Uint8Array[] => {
    const part = parts.get(partition)
    const bytes = part && readPart(store, number, part)
    return bytes ? [bytes] : []
  })
  const missing = new Set(result.flatMap((pieces, partition) => (pieces.length > 0 ? [] : [partition])))
  if (missing.size === 0) return result
  const share = missing.size < partitions ? `${missing.size} of ${partitions} parts of ` : ''
  onReport(`${share}the result of run ${number} of group '${group.name}' is missing or damaged; it is made again from the log`)
  for (const { partition, bytes: stretch } of computeParts(store, job, missing)) result[partition].push(stretch)
  // A read-only user of the log writes nothing to its folder.
  if (store.createState) for (const partition of missing) void keepPart(store.createState(partFile(number, partition)), result[partition])
  return result
}

/** A part that cannot be saved is made again by the next start. */
async function keepPart(sink: StateSink, pieces: readonly Uint8Array[]): Promise<void> {
  try {
    for (const piece of pieces) await sink.append(piece)
    await sink.finish()
  } catch {
    await sink.discard().catch(() => {})
  }
}
