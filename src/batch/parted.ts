/**
 * The events of a batch run by the partition of their keys: the log is read once, and some ten thousand rows at a time are told apart and written as bytes, a stretch for
 * each partition. A stretch has its own texts, so that whoever computes a partition knows the texts of that one alone.
 *
 * Memory is that of the rows at hand, however long the log is.
 */
import { limits } from '../base/limits.ts'
import type { Block } from '../columns/block.ts'
import { concatBlocks } from '../columns/concat.ts'
import { gather, picked } from '../columns/gather.ts'
import { Strings } from '../columns/strings.ts'
import type { ColumnIR } from '../define/ir/ir.ts'
import { ByteReader, ByteWriter } from '../log/bytes.ts'
import { readColumn, readNumbers, writeColumn, writeNumbers } from '../log/column-codec.ts'
import type { StoredLog } from '../log/store.ts'
import { columnsOf, eventsOf, logOf, type Plan } from './events.ts'
import type { Job } from './job.ts'
import { NO_PARTITION, Partitioning } from './partition.ts'

/** Rows of a stretch, about: fewer would be mostly their own overhead. */
const STRETCH_ROWS = 1 << 10

export interface Stretch {
  readonly partition: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** The stretches of the partitions that are wanted, of each in the order of the log; in the end, how many events were known, of all that the log ever had. */
export function* parted(
  store: StoredLog,
  job: Job,
  { from, partitions }: Plan,
  isWanted: (partition: number) => boolean,
): Generator<Stretch, number> {
  const strings = new Strings()
  const partitioning = new Partitioning(job.group, job.source, partitions, strings)
  const rows = new RowWriter(job, strings)
  const atOnce = Math.max(limits.BATCH_SPILL_ROWS, partitions * STRETCH_ROWS)
  const events = eventsOf(logOf(store, job, strings), from, job, strings)
  let held: Block[] = []
  let length = 0
  for (;;) {
    const next = events.next()
    if (!next.done) {
      held.push(next.value)
      length += next.value.length
    }
    if (length > 0 && (next.done === true || length >= atOnce)) {
      const block = concatBlocks(held)
      for (const [partition, own] of byPartition(partitioning.of(block), partitions))
        if (own.length > 0 && isWanted(partition)) yield { partition, bytes: rows.write(block, own) }
      strings.clear()
      held = []
      length = 0
    }
    if (next.done) return next.value
  }
}

/** The rows of each partition, in order. */
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

/** The columns of a stretch, in an order of their own. */
const stretchColumns = (job: Job): ColumnIR[] => {
  const names = columnsOf(job)
  return job.source.columns.filter(({ name }) => names.has(name))
}

class RowWriter {
  readonly #columns: readonly ColumnIR[]
  readonly #strings: Strings
  readonly #out = new ByteWriter()
  readonly #scratch = new ByteWriter()

  constructor(job: Job, strings: Strings) {
    this.#columns = stretchColumns(job)
    this.#strings = strings
  }

  /** These rows of a block, in a buffer of their own. */
  write(block: Block, rows: Uint32Array): Uint8Array<ArrayBuffer> {
    const out = this.#out
    const { time, arrival, columns } = gather(block, rows)
    out.varint(rows.length)
    for (const numbers of [time, arrival, picked(block.position, rows)]) writeNumbers(out, numbers, rows.length)
    for (const { name, type } of this.#columns)
      writeColumn(out, columns[name], rows.length, this.#scratch, type === 'string' ? this.#strings : undefined)
    return out.finish()
  }
}

/** The rows of a stretch, whose texts get their ids in `strings`. */
export function readStretch(bytes: Uint8Array, job: Job, strings: Strings): Block {
  const reader = new ByteReader(bytes, 'a stretch of rows')
  const length = reader.varint()
  const [time, arrival, position] = Array.from({ length: 3 }, () => readNumbers(reader, length))
  const columns = stretchColumns(job).map(({ name, type }) => {
    const column = new ByteReader(reader.raw(), `column '${name}' of a stretch of rows`)
    return [name, readColumn(column, length, type === 'string' ? strings : undefined)] as const
  })
  return { length, time, arrival, position, columns: Object.fromEntries(columns) }
}
