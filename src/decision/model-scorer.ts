import { assert } from '../base/index.ts'
import type { FeatureColumn } from '../aggregate/index.ts'
import { type ColumnData, isZero, type Strings } from '../columns/index.ts'
import type { ColumnIR, GroupIR, ModelIR, PipelineIR, LeafIR } from '../define/ir/index.ts'
import { compileModel, type CompiledModel, type ScoreImplementation, type VectorColumn } from '../model/index.ts'
import { deliverColumn, featureRejections } from './feature-value.ts'
import { readId, type GroupRead } from './reads.ts'

/** A pipeline's definitions, with the user's functions, ONNX files and runtimes. */
export interface ScoringDefinitions {
  readonly ir: PipelineIR
  readonly scores: ReadonlyMap<string, ScoreImplementation>
}

/** The input of one model for a batch of its decisions. */
export interface ScoringInput {
  readonly length: number
  /** A column of the trigger, as stored. */
  readonly columnOf: (name: string) => ColumnData
  /** By `readId`: the columns of the group read, one per feature. */
  readonly features: ReadonlyMap<string, ReadFeatures>
}

/** One group read with its feature columns. */
export interface ReadFeatures {
  readonly read: GroupRead
  readonly out: readonly FeatureColumn[]
}

/** Vectors and scores of a batch. The next batch may overwrite the columns. */
export interface BatchScores {
  /** As delivered: one column per input of the model. */
  readonly vector: readonly VectorColumn[]
  readonly score: ColumnData
  /** Why a decision could not be made, by row: its score is NULL. */
  readonly rejected: ReadonlyMap<number, string>
}

/** The column of a leaf. */
interface Place {
  /** Equal for leaves of the same column: 0, 1, 2 … */
  readonly number: number
  /** For a feature: the id of its group read. */
  readonly read: string | undefined
  /** For a feature: the group of the last batch, and the feature's index there. */
  group: GroupIR | undefined
  index: number
}

/** Computes vectors and scores of one model from its trigger's fields and the features that it reads, in columns. */
export class ModelScorer {
  readonly #compiled: CompiledModel
  readonly #types: ReadonlyMap<string, ColumnIR>
  readonly #places = new Map<LeafIR, Place>()
  readonly #numbers = new Map<string, number>()

  /** `columns` are those of the trigger. */
  constructor({ scores }: ScoringDefinitions, model: ModelIR, columns: readonly ColumnIR[], strings: Strings) {
    this.#compiled = compileModel(model, { strings, compute: scores.get(model.name) })
    this.#types = new Map(columns.map(column => [column.name, column]))
  }

  /** Scores a batch. */
  score(inputs: ScoringInput): BatchScores {
    const { vector, score, rejected: byScore } = this.#compiled.score(this.#leaves(inputs), inputs.length)
    const rejected = withRejectedFeatures(byScore, inputs.features)
    return { vector, score: rejected.size > 0 ? withoutRejected(score, rejected, inputs.length) : score, rejected }
  }

  /** Releases what the model's runtime holds. */
  [Symbol.dispose](): void {
    this.#compiled.close()
  }

  /** Resolves a model's leaves: each column is delivered once per batch, however many expressions refer to it. */
  #leaves(inputs: ScoringInput): (leaf: LeafIR) => VectorColumn {
    const columns = new Array<VectorColumn | undefined>(this.#numbers.size)
    return leaf => {
      const place = this.#placeOf(leaf)
      return (columns[place.number] ??= this.#deliver(leaf, place, inputs))
    }
  }

  #deliver({ name }: LeafIR, place: Place, { columnOf, features }: ScoringInput): VectorColumn {
    if (place.read === undefined) return deliverColumn(columnOf(name), this.#types.get(name)!)
    const read = features.get(place.read)
    assert(read !== undefined, 'a group is read at the key of its input')
    const { group } = read.read
    if (place.group !== group) {
      place.group = group
      place.index = group.features.findIndex(feature => feature.name === name)
    }
    return deliverColumn(read.out[place.index], group.features[place.index])
  }

  #placeOf(leaf: LeafIR): Place {
    const existing = this.#places.get(leaf)
    if (existing) return existing
    const read = leaf.op === 'feature' ? readId(leaf) : undefined
    const id = read === undefined ? leaf.name : `${read}.${leaf.name}`
    const number = this.#numbers.get(id) ?? this.#numbers.size
    this.#numbers.set(id, number)
    const place = { number, read, group: undefined, index: -1 }
    this.#places.set(leaf, place)
    return place
  }
}

/** Adds the rows with a rejected feature to the scorer's rejections: no default replaces such a value. */
function withRejectedFeatures(
  byScore: ReadonlyMap<number, string>,
  features: ReadonlyMap<string, ReadFeatures>,
): ReadonlyMap<number, string> {
  let rejected: Map<number, string> | undefined
  for (const { read, out } of features.values()) {
    for (let f = 0; f < out.length; f++) {
      const codes = out[f].rejected
      if (!codes || isZero(codes)) continue
      rejected ??= new Map(byScore)
      for (let row = 0; row < codes.length; row++) if (codes[row]) rejected.set(row, rejectedText(read.group, f, codes[row]))
    }
  }
  return rejected ?? byScore
}

function rejectedText({ name, features }: GroupIR, feature: number, rejection: number): string {
  const { code, why } = featureRejections[rejection]
  return `feature '${name}.${features[feature].name}' ${code}: ${why}`
}

function withoutRejected(score: ColumnData, rejected: ReadonlyMap<number, string>, length: number): ColumnData {
  const nulls = new Uint8Array(length)
  if (score.nulls) nulls.set(score.nulls.subarray(0, length))
  for (const row of rejected.keys()) nulls[row] = 1
  return { values: score.values, nulls }
}
