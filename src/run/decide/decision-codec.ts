/**
 * The binary format of recorded decisions: one decision batch of one model, in columns, with all that is needed to compute it again
 * (semantics, decisions and placements).
 *
 * The types of the columns are stored with them, so decisions outlive the model that made them. The order of the bytes: version, number of
 * decisions, shape as JSON; entry, time, position, key, id, inputs, score, rejection; visible count and as-of time of each group read; the
 * score of the challenger, the outcome of each exploration; CRC-32. A column that the shape does not name is left out.
 */
import type { StrictOmit } from '../../base/index.ts'
import { crc32 } from 'node:zlib'
import { type ColumnData, Strings } from '../../columns/index.ts'
import type { InputIR, ModelIR, TypeIR } from '../../define/ir/index.ts'
import { ByteReader, ByteWriter, readColumn, readNumbers, writeColumn, writeNumbers, type StoredDecisionBatch } from '../../log/index.ts'
import { isListColumn, type VectorColumn } from '../../model/index.ts'
import { rejectedColumn } from '../../decision/index.ts'
import { NO_VERSION } from '../../replay/index.ts'
import { EXPLORED } from '../../action/index.ts'
import type { Exploration, ActionExploration } from './exploration.ts'
import type { LiveDecisions } from './live-model.ts'

const VERSION = 1
const NO_TEXTS = new Strings()

/** The columns of a decision batch. */
export interface DecisionShape {
  readonly model: string
  /** Fingerprint of the pipeline that decided. */
  readonly fingerprint: string
  /** The promoted version that scored; absent if the score of the definition did. */
  readonly version?: number
  /** The challenger, if there was one. */
  readonly challenger?: number
  /** Actions of the model with exploration, and the probability of exploration of each. */
  readonly explored?: readonly { readonly action: string; readonly part: number }[]
  /** The reason why there is no score at all. */
  readonly unscored?: string
  /** Has each decision a triggering event? */
  readonly hasPosition: boolean
  readonly key: TypeIR
  readonly id?: TypeIR
  /** The inputs of the model; `list` marks an input with several values a row. */
  readonly inputs: readonly { readonly name: string; readonly expr: TypeIR; readonly list?: true }[]
  /** `group(key columns)`. */
  readonly reads: readonly string[]
}

/** A decoded decision batch. */
export interface DecodedDecisions extends StrictOmit<DecisionShape, 'explored'> {
  readonly length: number
  readonly strings: Strings
  readonly entry: Float64Array
  readonly t: Float64Array
  readonly sourcePosition: Float64Array | undefined
  readonly keys: ColumnData
  readonly ids: ColumnData | undefined
  readonly vector: readonly VectorColumn[]
  readonly score: ColumnData
  readonly rejected: ColumnData
  /** For each group read: the number of visible events, and the as-of time, of each decision. */
  readonly visibleCounts: readonly Float64Array[]
  readonly asOfTimes: readonly Float64Array[]
  /** Scores of the challenger. */
  readonly challengerScore: ColumnData | undefined
  /** For each action with exploration, its outcome for each decision. */
  readonly explored: readonly ActionExploration[]
}

/** Encodes decision batches. */
export class DecisionWriter {
  readonly #fingerprint: string
  readonly #strings: Strings
  readonly #exploration: Exploration | undefined
  readonly #out = new ByteWriter()
  readonly #scratch = new ByteWriter()
  /** Encoded shapes by model and version: all batches of a model have the same one. */
  readonly #shapes = new WeakMap<ModelIR, Uint8Array>()

  /** `strings`: texts of feature vectors. `exploration`: draws the explored decisions; nothing is explored without it. */
  constructor(fingerprint: string, strings: Strings, exploration?: Exploration) {
    this.#fingerprint = fingerprint
    this.#strings = strings
    this.#exploration = exploration
  }

  /** Encodes one decision batch. `stringsOf`: texts of the trigger's key and id. */
  write(decisions: LiveDecisions, stringsOf: (column: string) => Strings): StoredDecisionBatch {
    const { model, length, entry, t, sourcePosition, vector, score, reads, keyColumn: key, idColumn: id } = decisions
    const explored = this.#exploration?.explorationsOf(decisions) ?? []
    const out = this.#out
    out.varint(VERSION)
    out.varint(length)
    out.raw(this.#shapeBytes(decisions, explored))
    for (const numbers of sourcePosition ? [entry, t, sourcePosition] : [entry, t]) writeNumbers(out, numbers, length)
    this.#write(decisions.key, length, key.type === 'string' ? stringsOf(key.name) : undefined)
    if (id && decisions.id) this.#write(decisions.id, length, id.type === 'string' ? stringsOf(id.name) : undefined)
    model.inputs.forEach(({ expr }, i) => this.#writeInput(vector[i], length, expr.type === 'string' ? this.#strings : undefined))
    this.#write(score, length, undefined)
    const reasons = decisions.rejected.size === 0 ? NO_TEXTS : new Strings()
    this.#write(rejectedColumn(decisions, reasons), length, reasons)
    for (const { visibleCount, asOf } of reads) for (const numbers of [visibleCount, asOf]) writeNumbers(out, numbers, length)
    if (decisions.challenger) this.#write(decisions.challenger.score, length, undefined)
    for (const { fate } of explored) writeNumbers(out, fate, length)
    const body = out.view()
    const bytes = new Uint8Array(body.length + 4)
    bytes.set(body)
    new DataView(bytes.buffer).setUint32(body.length, crc32(body), true)
    return { model: model.name, first: entry[0], last: entry[length - 1], count: length, bytes, ...countsOf(explored) }
  }

  #shapeBytes(decisions: LiveDecisions, explored: readonly ActionExploration[]): Uint8Array {
    let bytes = this.#shapes.get(decisions.model)
    if (!bytes) this.#shapes.set(decisions.model, (bytes = Buffer.from(JSON.stringify(shapeOf(decisions, this.#fingerprint, explored)))))
    return bytes
  }

  #write(column: ColumnData, length: number, strings: Strings | undefined): void {
    writeColumn(this.#out, column, length, this.#scratch, strings)
  }

  #writeInput(column: VectorColumn, length: number, strings: Strings | undefined): void {
    if (!isListColumn(column)) return this.#write(column, length, strings)
    this.#out.varint(column.width)
    writeNumbers(this.#out, Float64Array.from(column.counts.subarray(0, length)), length)
    const { values, width, counts } = column
    const unused = Uint8Array.from({ length: length * width }, (_, cell) => (cell % width < counts[Math.floor(cell / width)] ? 0 : 1))
    this.#write({ values, nulls: unused }, length * width, strings)
    this.#write({ values: new Float64Array(length), nulls: column.nulls }, length, undefined)
  }
}

function shapeOf(
  { model, version, challenger, vector, reads, sourcePosition, keyColumn, idColumn }: LiveDecisions,
  fingerprint: string,
  explored: readonly ActionExploration[],
): DecisionShape {
  return {
    model: model.name,
    fingerprint,
    ...(version !== undefined && { version }),
    ...(challenger && { challenger: challenger.version }),
    ...(explored.length > 0 && { explored: explored.map(({ action, part }) => ({ action, part })) }),
    ...(model.score.kind === 'none' && { unscored: NO_VERSION }),
    hasPosition: sourcePosition !== undefined,
    key: typeOf(keyColumn),
    ...(idColumn && { id: typeOf(idColumn) }),
    inputs: model.inputs.map(({ name, expr }: InputIR, i) => ({
      name,
      expr: typeOf(expr),
      ...(isListColumn(vector[i]) && { list: true as const }),
    })),
    reads: reads.map(read => read.id),
  }
}

/** Count of explored decisions by action, without zeros. */
function countsOf(explored: readonly ActionExploration[]): Pick<StoredDecisionBatch, 'explorationCounts'> {
  const counts = explored
    .map(({ action, fate }): [string, number] => [action, fate.reduce((sum, outcome) => sum + Number(outcome === EXPLORED), 0)])
    .filter(([, count]) => count > 0)
  return counts.length > 0 ? { explorationCounts: Object.fromEntries(counts) } : {}
}

const typeOf = ({ type, scale }: TypeIR): TypeIR => ({ type, ...(scale !== undefined && { scale }) })

/** Decodes a decision batch; its texts get ids in `strings`. Throws `SPILL_DATA` for damaged bytes. */
export function decodeDecisions(bytes: Uint8Array, strings: Strings = new Strings()): DecodedDecisions {
  const { reader, shape, ...leading } = readLeadingColumns(bytes, strings, text => JSON.parse(text) as DecisionShape)
  const { length } = leading
  const column = (rows: number, type?: TypeIR) => columnOf(reader, rows, type?.type === 'string' ? strings : undefined)
  const ids = shape.id && column(length, shape.id)
  const vector = shape.inputs.map(({ expr, list }): VectorColumn => {
    if (!list) return column(length, expr)
    const width = reader.varint()
    const counts = Uint16Array.from(readNumbers(reader, length))
    const { values } = column(length * width, expr)
    const { nulls } = column(length)
    return { values, nulls, width, counts }
  })
  const score = column(length)
  const rejected = columnOf(reader, length, strings)
  const reads = shape.reads.map(() => ({ visibleCount: readNumbers(reader, length), asOf: readNumbers(reader, length) }))
  const challengerScore = shape.challenger === undefined ? undefined : column(length)
  const explored = (shape.explored ?? []).map(exploration => ({ ...exploration, fate: Uint8Array.from(readNumbers(reader, length)) }))
  return {
    ...shape,
    ...leading,
    strings,
    ids,
    vector,
    score,
    rejected,
    visibleCounts: reads.map(({ visibleCount }) => visibleCount),
    asOfTimes: reads.map(({ asOf }) => asOf),
    challengerScore,
    explored,
  }
}

/** The place of a batch, with which errors of it begin. */
export const DECISION_BATCH = 'a batch of decisions'

/** Model and keys of a decision batch. Decoding them costs a fraction of `decodeDecisions`. */
export type DecisionKeys = Pick<DecodedDecisions, 'model' | 'length' | 'key' | 'keys' | 'strings'>

/** Decodes model and keys. Texts get ids in `strings`; `shapeOf` parses the text of a shape. Throws as `decodeDecisions` does. */
export function decodeDecisionKeys(bytes: Uint8Array, strings: Strings, shapeOf: (text: string) => DecisionShape): DecisionKeys {
  const { shape, length, keys } = readLeadingColumns(bytes, strings, shapeOf)
  return { model: shape.model, length, key: shape.key, keys, strings }
}

/** Reads up to the keys. Throws for a wrong checksum or an unsupported version. */
function readLeadingColumns(bytes: Uint8Array, strings: Strings, shapeOf: (text: string) => DecisionShape) {
  const body = new Uint8Array(bytes.subarray(0, Math.max(0, bytes.length - 4)))
  const reader = new ByteReader(body, DECISION_BATCH)
  if (bytes.length < 4 || new DataView(bytes.buffer, bytes.byteOffset).getUint32(body.length, true) !== crc32(body))
    reader.failDamaged('does not have the checksum that it was written with')
  const version = reader.varint()
  if (version !== VERSION) reader.failDamaged(`is of format ${version}, and this Spillway reads ${VERSION}`)
  const length = reader.varint()
  const shape = shapeOf(reader.text())
  const [entry, t] = [readNumbers(reader, length), readNumbers(reader, length)]
  const sourcePosition = shape.hasPosition ? readNumbers(reader, length) : undefined
  const keys = columnOf(reader, length, shape.key.type === 'string' ? strings : undefined)
  return { reader, length, shape, entry, t, sourcePosition, keys }
}

const columnOf = (reader: ByteReader, length: number, texts: Strings | undefined): ColumnData =>
  readColumn(new ByteReader(reader.raw(), 'a column of decisions'), length, texts)
