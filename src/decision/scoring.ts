import { assert } from '../base/assert.ts'
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { Column } from '../columns/block.ts'
import { isZero } from '../columns/is-zero.ts'
import type { Strings } from '../columns/strings.ts'
import type { ColumnIR, GroupIR, ModelIR, PipelineIR } from '../define/ir.ts'
import type { LeafIR } from '../expression/index.ts'
import { compileModel, type CompiledModel, type GivenScore, type VectorColumn } from '../model/index.ts'
import { delivered } from './delivered.ts'
import { readId, type GroupRead } from './reads.ts'
import { featureRefusals } from './refused.ts'

/** A pipeline's definitions, the user's functions and files of ONNX. */
export interface Definitions {
  readonly ir: PipelineIR
  readonly scores: ReadonlyMap<string, GivenScore>
}

/** What one model is given for a stretch of its decisions. */
export interface Given {
  readonly length: number
  /** A column of the trigger, as it is kept. */
  readonly columnOf: (name: string) => Column
  /** By `readId`: a column for each feature of the group read. */
  readonly features: ReadonlyMap<string, Read>
}

export interface Read {
  readonly read: GroupRead
  readonly out: readonly FeatureColumn[]
}

/** Scores of a stretch. Columns may be overwritten by the next one. */
export interface Scores {
  /** As delivered: one column an input of the model. */
  readonly vector: readonly VectorColumn[]
  readonly score: Column
  /** Why a decision could not be made, by row: its score is NULL. */
  readonly refused: ReadonlyMap<number, string>
}

/** What tells a leaf from the others of its model, and the group read that it is a feature of, by `readId`. */
interface Place {
  readonly id: string
  readonly read: string | undefined
}

/** Makes vectors and scores of one model from the fields of its trigger and the features that it reads, in columns. */
export class Scoring {
  readonly #compiled: CompiledModel
  readonly #types: ReadonlyMap<string, ColumnIR>
  readonly #places = new Map<LeafIR, Place>()

  /** `columns` are those of the trigger. */
  constructor({ scores }: Definitions, model: ModelIR, columns: readonly ColumnIR[], strings: Strings) {
    this.#compiled = compileModel(model, { strings, compute: scores.get(model.name) })
    this.#types = new Map(columns.map(column => [column.name, column]))
  }

  score(given: Given): Scores {
    const { vector, score, refused: byScore } = this.#compiled.score(this.#leaves(given), given.length)
    const refused = withRefusedFeatures(byScore, given.features)
    return { vector, score: refused.size > 0 ? withoutRefused(score, refused, given.length) : score, refused }
  }

  /** Where a model's leaves are found: each is delivered once a stretch, whatever refers to it. */
  #leaves(given: Given): (leaf: LeafIR) => VectorColumn {
    const known = new Map<string, VectorColumn>()
    return leaf => {
      const place = this.#placeOf(leaf)
      let found = known.get(place.id)
      if (!found) known.set(place.id, (found = this.#deliver(leaf, place, given)))
      return found
    }
  }

  #deliver({ name }: LeafIR, { read: id }: Place, { columnOf, features }: Given): VectorColumn {
    if (id === undefined) return delivered(columnOf(name), this.#types.get(name)!)
    const read = features.get(id)
    assert(read !== undefined, 'a group is read at the key of its input')
    const index = read.read.group.features.findIndex(feature => feature.name === name)
    return delivered(read.out[index], read.read.group.features[index])
  }

  #placeOf(leaf: LeafIR): Place {
    let place = this.#places.get(leaf)
    if (!place) this.#places.set(leaf, (place = placeOf(leaf)))
    return place
  }
}

function placeOf(leaf: LeafIR): Place {
  if (leaf.op !== 'feature') return { id: leaf.name, read: undefined }
  const read = readId(leaf)
  return { id: `${read}.${leaf.name}`, read }
}

/** Adds to the scorer's refusals the rows in which a feature was refused: nothing may stand in for such a value. */
function withRefusedFeatures(byScore: ReadonlyMap<number, string>, features: ReadonlyMap<string, Read>): Map<number, string> {
  const refused = new Map(byScore)
  for (const { read, out } of features.values()) {
    out.forEach(({ refused: codes }, f) => {
      if (!codes || isZero(codes)) return
      for (let row = 0; row < codes.length; row++) if (codes[row]) refused.set(row, refusedText(read.group, f, codes[row]))
    })
  }
  return refused
}

function refusedText({ name, features }: GroupIR, feature: number, refusal: number): string {
  const { code, why } = featureRefusals[refusal]
  return `feature '${name}.${features[feature].name}' ${code}: ${why}`
}

function withoutRefused(score: Column, refused: ReadonlyMap<number, string>, length: number): Column {
  const nulls = new Uint8Array(length)
  if (score.nulls) nulls.set(score.nulls.subarray(0, length))
  for (const row of refused.keys()) nulls[row] = 1
  return { values: score.values, nulls }
}
