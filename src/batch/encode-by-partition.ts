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
import { batchInput, type BatchPlan } from './batch-input.ts'
import { columnsReadBy } from './group-definition.ts'
import type { BatchJob } from './job.ts'
import { NO_PARTITION, KeyPartitioner } from './key-partitioner.ts'

/** Rows of a block, about; smaller blocks are mostly overhead. */
const BLOCK_ROWS = 1 << 10

/** Encoded rows of one partition. */
export interface EncodedRows {
  readonly partition: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Yields the blocks of the requested partitions in log order. */
export function* encodeByPartition(
  store: SegmentLog & NamedValues,
  job: BatchJob,
  plan: BatchPlan,
  isRequested: (partition: number) => boolean,
): Generator<EncodedRows> {
  const { partitions } = plan
  const strings = new Strings()
  const partitioner = new KeyPartitioner(job.group, job.source, partitions, strings)
  const writer = new RowWriter(job, strings)
  const encode = function* (blocks: readonly Block[]): Generator<EncodedRows> {
    const block = concatBlocks(blocks)
    for (const [partition, rows] of byPartition(partitioner.partitionsOf(block), partitions))
      if (rows.length > 0 && isRequested(partition)) yield { partition, bytes: writer.write(block, rows) }
    strings.clear()
  }
  const atOnce = Math.max(limits.BATCH_SPILL_ROWS, partitions * BLOCK_ROWS)
  let gathered: Block[] = []
  let length = 0
  for (const block of batchInput(store, job, plan, strings)) {
    gathered.push(block)
    length += block.length
    if (length < atOnce) continue
    yield* encode(gathered)
    gathered = []
    length = 0
  }
  if (length > 0) yield* encode(gathered)
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
const encodedColumns = ({ group, source }: BatchJob): ColumnIR[] => {
  const names = columnsReadBy(group, source)
  return source.columns.filter(({ name }) => names.has(name))
}

class RowWriter {
  readonly #columns: readonly ColumnIR[]
  readonly #strings: Strings
  readonly #out = new ByteWriter()
  readonly #scratch = new ByteWriter()

  constructor(job: BatchJob, strings: Strings) {
    this.#columns = encodedColumns(job)
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
  const reader = new ByteReader(bytes, 'a block of rows')
  const length = reader.varint()
  const [time, arrival, sourcePosition] = Array.from({ length: 3 }, () => readNumbers(reader, length))
  const columns = encodedColumns(job).map(({ name, type }) => {
    const column = new ByteReader(reader.raw(), `column '${name}' of a block of rows`)
    return [name, readColumn(column, length, type === 'string' ? strings : undefined)] as const
  })
  return { length, time, arrival, sourcePosition, columns: Object.fromEntries(columns) }
}
