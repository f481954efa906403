/**
 * What a batch run gives: the values of a group's features for every key, as of one cut of the log, a file for each partition of the keys.
 *
 * Written in stretches of some thousand keys, each readable alone and with a checksum, so that a live process reads a result in between its turns. Texts stand in
 * it as texts: whoever reads it has ids of its own. The bytes are a function of the definitions and of what the log has up to the cut, so that a run that is
 * made again has the same hash.
 */
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import type { GroupIR, SourceIR } from '../define/ir/ir.ts'
import { featureColumns } from '../kernel/output.ts'
import { ByteReader, ByteWriter } from '../log/bytes.ts'
import { readColumn, writeColumn } from '../log/column-codec.ts'
import { framesIn, FrameWriter } from './frames.ts'

const VERSION = 1

/** Keys of a group and what its features are of each; row i is key i. */
export interface ResultStretch {
  readonly length: number
  readonly keys: readonly Column[]
  /** One a feature. */
  readonly features: readonly FeatureColumn[]
}

/** Writes the stretches of one part of a result, whose buffers it reuses. */
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

  /** A stretch with its length and checksum before it, in a buffer of its own. */
  stretch({ length, keys, features }: ResultStretch): Uint8Array<ArrayBuffer> {
    const out = this.#out
    const textsOf = (isText: boolean) => (isText ? this.#strings : undefined)
    out.varint(VERSION)
    out.varint(length)
    keys.forEach((column, part) => writeColumn(out, column, length, this.#scratch, textsOf(this.#isText[part])))
    features.forEach((column, f) => {
      const { nulls, refused, width, counts } = column
      out.array(nulls.subarray(0, length))
      out.array(refused.subarray(0, length))
      if (counts) out.array(counts.subarray(0, length))
      writeColumn(out, cellsOf(column, length), length * width, this.#scratch, textsOf(this.#group.features[f].type === 'string'))
    })
    return this.#frames.frame(out.view())
  }

  /** Of all stretches, once they are written. */
  sum(): { readonly hash: string; readonly bytes: number } {
    return this.#frames.sum()
  }
}

/** The stretches of a part, one at a time. Throws `SPILL_DATA` where one is not as it was written. */
export function* readStretches(
  bytes: Uint8Array,
  group: GroupIR,
  source: SourceIR,
  strings: Strings,
  what: string,
): Generator<ResultStretch> {
  for (const reader of framesIn(bytes, what)) yield readStretch(reader, group, source, strings)
}

function readStretch(reader: ByteReader, group: GroupIR, source: SourceIR, strings: Strings): ResultStretch {
  const version = reader.varint()
  if (version !== VERSION) reader.damaged(`is of format ${version}, and this Spillway reads ${VERSION}`)
  const length = reader.varint()
  const textsOf = (isText: boolean) => (isText ? strings : undefined)
  const column = (rows: number, isText: boolean) => readColumn(new ByteReader(reader.raw(), 'a column of a result'), rows, textsOf(isText))
  const keys = group.key.map(name => column(length, isText(source, name)))
  const features = featureColumns(group, length, false).map((out, f): FeatureColumn => {
    out.nulls.set(reader.array(Uint8Array, length))
    out.refused.set(reader.array(Uint8Array, length))
    out.counts?.set(reader.array(Uint16Array, length))
    out.values.set(column(length * out.width, group.features[f].type === 'string').values)
    return out
  })
  return { length, keys, features }
}

/** A feature's values as a column of cells, those that are no value NULL: what stands in them is nobody's. */
function cellsOf({ values, nulls, refused, width, counts }: FeatureColumn, length: number): Column {
  const none = new Uint8Array(length * width)
  const cells = values.slice(0, length * width)
  for (let row = 0; row < length; row++) {
    const has = nulls[row] === 1 || refused[row] > 0 ? 0 : (counts?.[row] ?? width)
    none.fill(1, row * width + has, (row + 1) * width)
    cells.fill(0, row * width + has, (row + 1) * width)
  }
  return { values: cells, nulls: none }
}

const isText = ({ columns }: SourceIR, name: string): boolean => columns.find(column => column.name === name)!.type === 'string'
