/**
 * Splits the events of a batch run by the partition of their keys. The log is read once; some ten thousand rows at a time are encoded, one
 * block per partition.
 *
 * A block carries its own texts, so computing a partition knows the texts of that partition alone. Memory: the rows at hand, however long
 * the log is.
 */
import { limits } from '../base/index.ts'
import { type Block, concatBlocks, gatherBlock, Strings } from '../columns/index.ts'
import type { ColumnIR } from '../define/ir/index.ts'
import {
  ByteReader,
  ByteWriter,
  readColumn,
  readNumbers,
  writeColumn,
  writeNumbers,
  type NamedValues,
  type SegmentLog,
} from '../log/index.ts'
import { jobColumns, jobEvents, jobLog, type BatchPlan } from './job-events.ts'
import type { BatchJob } from './job.ts'
import { NO_PARTITION, KeyPartitioner } from './key-partitioner.ts'

/** Rows of a block, about; smaller blocks are mostly overhead. */
const STRETCH_ROWS = 1 << 10

/** Encoded rows of one partition. */
export interface EncodedRows {
  readonly partition: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Yields the blocks of the requested partitions in log order. Returns the number of visible events, of all that the log ever had. */
export function* encodeByPartition(
  store: SegmentLog & NamedValues,
  job: BatchJob,
  { from, partitions }: BatchPlan,
  isWanted: (partition: number) => boolean,
): Generator<EncodedRows, number> {
  const strings = new Strings()
  const partitioning = new KeyPartitioner(job.group, job.source, partitions, strings)
  const rows = new RowWriter(job, strings)
  const atOnce = Math.max(limits.BATCH_SPILL_ROWS, partitions * STRETCH_ROWS)
  const events = jobEvents(jobLog(store, job, strings), from, job, strings)
  let pending: Block[] = []
  let length = 0
  for (;;) {
    const next = events.next()
    if (!next.done) {
      pending.push(next.value)
      length += next.value.length
    }
    if (length > 0 && (next.done === true || length >= atOnce)) {
      const block = concatBlocks(pending)
      for (const [partition, rowsOfPartition] of byPartition(partitioning.partitionsOf(block), partitions))
        if (rowsOfPartition.length > 0 && isWanted(partition)) yield { partition, bytes: rows.write(block, rowsOfPartition) }
      strings.clear()
      pending = []
      length = 0
    }
    if (next.done) return next.value
  }
}

/** Row numbers by partition, in order. A counting sort: O(rows + partitions). */
function byPartition(of: Uint16Array, partitions: number): [partition: number, rows: Uint32Array][] {
  const ends = new Uint32Array(partitions)
  for (let row = 0; row < of.length; row++) if (of[row] !== NO_PARTITION) ends[of[row]] = ends[of[row]] + 1
  for (let partition = 1; partition < partitions; partition++) ends[partition] = ends[partition] + ends[partition - 1]
  const starts = Uint32Array.from(ends, (_, partition) => (partition === 0 ? 0 : ends[partition - 1]))
  const rows = new Uint32Array(ends.at(-1)!)
  const next = starts.slice()
  for (let row = 0; row < of.length; row++) {
    const partition = of[row]
    if (partition === NO_PARTITION) continue
    rows[next[partition]] = row
    next[partition] = next[partition] + 1
  }
  return Array.from(ends, (end, partition) => [partition, rows.subarray(starts[partition], end)])
}

/** Columns of an encoded block, in the order of the source. */
const stretchColumns = (job: BatchJob): ColumnIR[] => {
  const names = jobColumns(job)
  return job.source.columns.filter(({ name }) => names.has(name))
}

class RowWriter {
  readonly #columns: readonly ColumnIR[]
  readonly #strings: Strings
  readonly #out = new ByteWriter()
  readonly #scratch = new ByteWriter()

  constructor(job: BatchJob, strings: Strings) {
    this.#columns = stretchColumns(job)
    this.#strings = strings
  }

  /** Encodes rows of a block, in a buffer of its own. */
  write(block: Block, rows: Uint32Array): Uint8Array<ArrayBuffer> {
    const out = this.#out
    const { time, arrival, sourcePosition, columns } = gatherBlock(block, rows)
    out.varint(rows.length)
    for (const numbers of [time, arrival, sourcePosition]) writeNumbers(out, numbers, rows.length)
    for (const { name, type } of this.#columns)
      writeColumn(out, columns[name], rows.length, this.#scratch, type === 'string' ? this.#strings : undefined)
    return out.finish()
  }
}

/** Decodes a block; texts get their ids in `strings`. */
export function decodeRows(bytes: Uint8Array, job: BatchJob, strings: Strings): Block {
  const reader = new ByteReader(bytes, 'a stretch of rows')
  const length = reader.varint()
  const [time, arrival, sourcePosition] = Array.from({ length: 3 }, () => readNumbers(reader, length))
  const columns = stretchColumns(job).map(({ name, type }) => {
    const column = new ByteReader(reader.raw(), `column '${name}' of a stretch of rows`)
    return [name, readColumn(column, length, type === 'string' ? strings : undefined)] as const
  })
  return { length, time, arrival, sourcePosition, columns: Object.fromEntries(columns) }
}
