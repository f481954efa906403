/** Deduplicates imported history against the log, in order of arrival. Memory: 16 bytes for each event for its hashes. */
import { SpillwayError } from '../../base/index.ts'
import type { Block } from '../../columns/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { needsDeduplication, type DeduplicatedRows, type DeduplicateRows } from '../../intake/index.ts'
import type { IdHashes } from '../../log/index.ts'
import { Deduplicator, HashColumns, type DeduplicationVerdict } from '../ingest/deduplicator.ts'
import type { HistoryHashes } from './import-order.ts'
import type { OpenedPipeline } from '../recovery/open-pipeline.ts'

/** Throws `SPILL_INPUT` for a history that begins before the end of the log. `hashes`: those of the accepted events, by source. */
export function importDeduplication({ log, lookup, acceptedIds }: OpenedPipeline): {
  readonly deduplicate: DeduplicateRows
  readonly hashes: ReadonlyMap<string, HistoryHashes>
} {
  const hashes = new Map<string, HistoryHashes>()
  const end = log.end
  const deduplicate: DeduplicateRows = (source, block, order, stringsOf) => {
    checkArrival(source, block, order, log.notBefore)
    if (!needsDeduplication(source)) {
      hashes.set(source.name, { ids: undefined, identities: undefined })
      return { accepted: order, duplicates: [], conflicts: [], stale: [] }
    }
    const [ids, originals] = [acceptedIds.ids.get(source.name), acceptedIds.originals.get(source.name)]
    // Rows are numbered after the end of the log until they get their sequence numbers.
    const rowOf = (sequence: number) => (sequence >= end ? sequence - end : -1)
    const deduplicator = new Deduplicator(source, { ids, originals, forgottenUpTo: acceptedIds.forgottenUpTo, lookup, stringsOf, rowOf })
    const builder = new DeduplicatedRowsBuilder(block.length)
    for (let i = 0; i < block.length; i++) {
      const row = order ? order[i] : i
      const verdict = deduplicator.deduplicate(block, row, end + row)
      if (verdict === 'full') throw (originals && originals.freeAt(block.arrival[row]) < 1 ? originals : ids!).fullError()
      builder.add(row, verdict, deduplicator)
    }
    hashes.set(source.name, { ids: ids && builder.hashes.ids, identities: originals && builder.hashes.identities })
    return builder.rows
  }
  return { deduplicate, hashes }
}

function checkArrival({ name }: SourceIR, { arrival, length }: Block, order: Uint32Array | undefined, notBefore: number): void {
  const first = length > 0 ? arrival[order ? order[0] : 0] : Infinity
  if (first >= notBefore) return
  const text = (ms: number) => new Date(ms).toISOString()
  throw new SpillwayError(
    'SPILL_INPUT',
    `the first event of source '${name}' arrived at ${text(first)}, and the log goes to ${text(notBefore)} already. ` +
      'Import history first, into a new folder, and run there; ' +
      'or give all histories to one `spillway replay --log` into a new folder, which merges them',
  )
}

class DeduplicatedRowsBuilder {
  readonly #accepted: Uint32Array
  readonly #ids = new HashColumns()
  readonly #identities = new HashColumns()
  readonly #rejected = { duplicate: [] as number[], conflict: [] as number[], stale: [] as number[] }
  #count = 0

  constructor(rows: number) {
    this.#accepted = new Uint32Array(rows)
  }

  add(row: number, verdict: Exclude<DeduplicationVerdict, 'full'>, { idHash: id, identityHash: identity }: Deduplicator): void {
    if (verdict !== 'accepted') {
      this.#rejected[verdict].push(row)
      return
    }
    this.#accepted[this.#count++] = row
    this.#ids.push(id)
    this.#identities.push(identity)
  }

  get rows(): DeduplicatedRows {
    const { duplicate: duplicates, conflict: conflicts, stale } = this.#rejected
    return { accepted: this.#accepted.subarray(0, this.#count), duplicates, conflicts, stale }
  }

  get hashes(): { readonly ids: IdHashes; readonly identities: IdHashes } {
    return { ids: this.#ids.columns, identities: this.#identities.columns }
  }
}
