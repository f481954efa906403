/**
 * The result format of batch runs: the values of a group's features for every key as of one cut of the log, one file per partition.
 *
 * A file is a sequence of checksummed blocks of some thousand keys, so that a live process reads it between its turns. Texts are stored as
 * texts: each reader has ids of its own. Invariant: the bytes are a function of the definitions and of the log up to the cut, so a repeated
 * run has the same hash.
 */
import { definitionOf } from '../base/index.ts'
import type { FeatureColumn } from '../aggregate/index.ts'
import type { ColumnData, Strings } from '../columns/index.ts'
import type { GroupIR, SourceIR } from '../define/ir/index.ts'
import { featureColumns } from '../kernel/index.ts'
import { ByteReader, ByteWriter, readColumn, writeColumn } from '../log/index.ts'
import { readFrames, FrameWriter } from './frames.ts'

const VERSION = 1

/** Keys of a group and their features; row i is key i. */
export interface ResultBlock {
  readonly length: number
  readonly keys: readonly ColumnData[]
  /** One column per feature. */
  readonly features: readonly FeatureColumn[]
}

/** Writes the blocks of one part; reuses its buffers. */
export class ResultWriter {
  readonly #group: GroupIR
  readonly #isText: readonly boolean[]
  readonly #strings: Strings
  readonly #frames = new FrameWriter()
  readonly #out = new ByteWriter()
  readonly #scratch = new ByteWriter()

  constructor(group: GroupIR, source: SourceIR, strings: Strings) {
    this.#group = group
    this.#strings = strings
    this.#isText = group.key.map(name => isText(source, name))
  }

  /** One framed block, in a buffer of its own. */
  write({ length, keys, features }: ResultBlock): Uint8Array<ArrayBuffer> {
    const out = this.#out
    const textsOf = (isText: boolean) => (isText ? this.#strings : undefined)
    out.varint(VERSION)
    out.varint(length)
    keys.forEach((column, part) => writeColumn(out, column, length, this.#scratch, textsOf(this.#isText[part])))
    features.forEach((column, f) => {
      const { nulls, rejected, width, counts } = column
      out.array(nulls.subarray(0, length))
      out.array(rejected.subarray(0, length))
      if (counts) out.array(counts.subarray(0, length))
      writeColumn(out, cellsOf(column, length), length * width, this.#scratch, textsOf(this.#group.features[f].type === 'string'))
    })
    return this.#frames.frame(out.view())
  }

  /** Hash and size of all blocks written. */
  digest(): { readonly hash: string; readonly bytes: number } {
    return this.#frames.digest()
  }
}

/**
 * Yields the blocks of a part.
 * @throws `SPILL_DATA` for a damaged block.
 */
export function* readResultBlocks(
  bytes: Uint8Array,
  group: GroupIR,
  source: SourceIR,
  strings: Strings,
  subject: string,
): Generator<ResultBlock> {
  for (const reader of readFrames(bytes, subject)) yield readBlock(reader, group, source, strings)
}

function readBlock(reader: ByteReader, group: GroupIR, source: SourceIR, strings: Strings): ResultBlock {
  const version = reader.varint()
  if (version !== VERSION) reader.failDamaged(`is of format ${version}, and this Spillway reads ${VERSION}`)
  const length = reader.varint()
  const textsOf = (isText: boolean) => (isText ? strings : undefined)
  const column = (rows: number, isText: boolean) => readColumn(new ByteReader(reader.raw(), 'a column of a result'), rows, textsOf(isText))
  const keys = group.key.map(name => column(length, isText(source, name)))
  const features = featureColumns(group, length, false).map((out, f): FeatureColumn => {
    out.nulls.set(reader.array(Uint8Array, length))
    out.rejected.set(reader.array(Uint8Array, length))
    out.counts?.set(reader.array(Uint16Array, length))
    out.values.set(column(length * out.width, group.features[f].type === 'string').values)
    return out
  })
  return { length, keys, features }
}

/** Feature values as a column of cells. Cells without a value become NULL and 0, so that equal results have equal bytes. */
function cellsOf({ values, nulls, rejected, width, counts }: FeatureColumn, length: number): ColumnData {
  const cellNulls = new Uint8Array(length * width)
  const cells = values.slice(0, length * width)
  for (let row = 0; row < length; row++) {
    const valueCount = nulls[row] === 1 || rejected[row] > 0 ? 0 : (counts?.[row] ?? width)
    cellNulls.fill(1, row * width + valueCount, (row + 1) * width)
    cells.fill(0, row * width + valueCount, (row + 1) * width)
  }
  return { values: cells, nulls: cellNulls }
}

const isText = ({ columns }: SourceIR, name: string): boolean => definitionOf(columns, name).type === 'string'
