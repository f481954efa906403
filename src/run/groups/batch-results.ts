/**
 * Results of batch runs, by number, for the groups of a run: those that were made just now, and those of the ledger, whose parts stand in files beside the log. A part
 * that is lost or damaged is made again from the log: it is a function of that.
 */
import { codeOf } from '../../batch/code.ts'
import { computeAll } from '../../batch/compute.ts'
import type { Job } from '../../batch/job.ts'
import { partFile, partsIn, runsIn, swappedBefore, type RunRecord } from '../../batch/ledger.ts'
import { partBytes } from '../../batch/part-bytes.ts'
import { readValues, type BatchValues } from '../../batch/values.ts'
import type { Strings } from '../../columns/strings.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { beginsOf } from '../../log/begins.ts'
import type { LogStore, StateSink, StoredLog } from '../../log/store.ts'
import type { BatchGroup } from './batch-group.ts'

export interface ResultsOptions {
  readonly ir: PipelineIR
  readonly store: StoredLog
  readonly strings: Strings
  readonly onReport: (report: string) => void
}

export class Results {
  readonly #options: ResultsOptions
  #store: StoredLog
  readonly #ready = new Map<number, BatchValues>()

  constructor(options: ResultsOptions) {
    this.#options = options
    this.#store = options.store
  }

  /** The same log, by another connection: of whoever holds the folder from now on. */
  over(store: StoredLog): void {
    this.#store = store
  }

  /** A run was made just now; it is held until it is swapped in. */
  give(values: BatchValues): void {
    this.#ready.set(values.run, values)
  }

  /** Of a run that the log swaps in; nothing if it is of other definitions than the group's. */
  take(group: BatchGroup, run: number): BatchValues | undefined {
    const ready = this.#ready.get(run)
    this.#ready.delete(run)
    if (ready) return ready
    const record = runsIn(this.#store).find(({ number }) => number === run)
    return record && this.#read(group, record)
  }

  /** Of the run that a group answers from at an entry of the log. */
  at(group: BatchGroup, entry: number): BatchValues | undefined {
    const record = swappedBefore(runsIn(this.#store), group.group.name, entry)
    return record && this.#read(group, record)
  }

  #read({ group, source }: BatchGroup, { number, s, cut, code, done }: RunRecord): BatchValues | undefined {
    const { ir, strings, onReport } = this.#options
    if (!done) return undefined
    if (code !== codeOf(group, source)) {
      onReport(`group '${group.name}' is defined otherwise than in its last batch run: it has no values until the next`)
      return undefined
    }
    const { partitions, known, keys } = done
    const parts = resultOf(this.#store, number, { group, source, sources: ir.sources, s, cut, partitions }, onReport)
    try {
      return readValues(parts.flat(), group, source, strings, { run: number, s, known, keys })
    } catch (error) {
      if (beginsOf(this.#store).entry === 0) throw error
      // The log may have forgotten what it was made from: then it is not there, rather than made from less.
      const { message } = error as Error
      onReport(`the result of run ${number} of group '${group.name}' cannot be made again: it has no values until the next (${message})`)
      return undefined
    }
  }
}

/** The bytes of each part of a run's result, in pieces. Recomputes and reports missing or damaged parts; a writable store keeps them. */
export function resultOf(
  store: StoredLog,
  number: number,
  job: Job & { readonly partitions: number },
  onReport: (report: string) => void,
): Uint8Array[][] {
  const { group, partitions } = job
  const parts = partsIn(store, number)
  const result = Array.from({ length: partitions }, (_, partition): Uint8Array[] => {
    const part = parts.get(partition)
    const bytes = part && partBytes(store, number, part)
    return bytes ? [bytes] : []
  })
  const missing = new Set(result.flatMap((pieces, partition) => (pieces.length > 0 ? [] : [partition])))
  if (missing.size === 0) return result
  const some = missing.size < partitions ? `${missing.size} of ${partitions} parts of ` : ''
  onReport(`${some}the result of run ${number} of group '${group.name}' is missing or damaged; it is made again from the log`)
  for (const { partition, stretch } of computeAll(store, job, missing)) result[partition].push(stretch)
  // A read-only user of the log writes nothing to its folder.
  if (isWritable(store)) for (const partition of missing) void keepPart(store.createState(partFile(number, partition)), result[partition])
  return result
}

const isWritable = (store: StoredLog): store is LogStore => 'createState' in store

/** A part that cannot be kept is made again by the next start. */
async function keepPart(sink: StateSink, pieces: readonly Uint8Array[]): Promise<void> {
  try {
    for (const piece of pieces) await sink.append(piece)
    await sink.finish()
  } catch {
    await sink.discard().catch(() => {})
  }
}
