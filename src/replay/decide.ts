import { assert } from '../base/assert.ts'
import type { Column } from '../columns/block.ts'
import { columnSlice } from '../columns/slice.ts'
import type { ColumnIR, GroupIR, ModelIR, PipelineIR } from '../define/ir.ts'
import type { FeatureColumn } from '../aggregate/aggregate.ts'
import type { LeafIR } from '../expression/index.ts'
import { compileModel, type OwnScoreFunction, type VectorColumn } from '../model/index.ts'
import { delivered } from './delivered.ts'
import { Feed } from './feed.ts'
import type { ReplayLog } from './log.ts'
import { groupReads, readId } from './reads.ts'
import { featureRefusals } from './refused.ts'

/** Decisions handled at a time, which bounds what is held of their vectors. */
const STRETCH = 1 << 14

/** Decisions of one model in the order in which they are made. Its columns are overwritten by the next batch. */
export interface DecisionBatch {
  readonly model: ModelIR
  readonly length: number
  /** Index of the first decision's triggering event in its source. */
  readonly first: number
  /** Each decision's `t`, UTC ms. */
  readonly t: Float64Array
  /** The key of the triggering event, and its id where its source has one. */
  readonly key: Column
  readonly id: Column | undefined
  /** As delivered: one column an input of the model. */
  readonly vector: readonly VectorColumn[]
  readonly score: Column
  /** Why a decision could not be made, by row: its score is NULL. */
  readonly refused: ReadonlyMap<number, string>
  /** What each group knew and its clock, by (group, key), in order. */
  readonly feeds: readonly Feed[]
}

/** A pipeline's definitions and the user's functions. */
export interface Definitions {
  readonly ir: PipelineIR
  readonly scores: ReadonlyMap<string, OwnScoreFunction>
}

/**
 * Makes the decisions of one model over a history: `on(source)`, one at each event of its source, with `P` everything up to and
 * including it and `t` its arrival (semantics §4).
 */
export function* decide({ ir, scores }: Definitions, model: ModelIR, log: ReplayLog): Generator<DecisionBatch> {
  const { block, source } = log.histories.get(model.decide.source)!
  const feeds = groupReads(ir, model).map(read => new Feed(read, model, log, log.strings))
  const compiled = compileModel(model, { strings: log.strings, compute: scores.get(model.name) })
  const types = new Map(source.columns.map(column => [column.name, column]))
  for (let from = 0; from < block.length; from += STRETCH) {
    const to = Math.min(from + STRETCH, block.length)
    const columnOf = (name: string) => columnSlice(block.columns[name], from, to)
    const features = new Map(
      feeds.map(feed => [readId({ group: feed.read.group.name, key: feed.read.key }), { feed, out: feed.next(from, to) }]),
    )
    const leaf = leaves(columnOf, types, features)
    const scored = compiled.score(leaf, to - from)
    const refused = refusedFeatures(features, scored.refused)
    yield {
      model,
      length: to - from,
      first: from,
      t: block.arrival.subarray(from, to),
      key: columnOf(source.key),
      id: source.id ? columnOf(source.id) : undefined,
      vector: scored.vector,
      score: refused.size > 0 ? withoutRefused(scored.score, refused, to - from) : scored.score,
      refused,
      feeds,
    }
  }
}

type Features = ReadonlyMap<string, { readonly feed: Feed; readonly out: readonly FeatureColumn[] }>

/** Where a model's leaves are found: each is delivered once a stretch, whatever refers to it. */
function leaves(
  columnOf: (name: string) => Column,
  types: ReadonlyMap<string, ColumnIR>,
  features: Features,
): (leaf: LeafIR) => VectorColumn {
  const known = new Map<string, VectorColumn>()
  return leaf => {
    const id = leaf.op === 'feature' ? `${readId(leaf)}.${leaf.name}` : leaf.name
    const found = known.get(id) ?? deliver(leaf)
    known.set(id, found)
    return found
  }
  function deliver(leaf: LeafIR): VectorColumn {
    if (leaf.op !== 'feature') return delivered(columnOf(leaf.name), types.get(leaf.name)!)
    const read = features.get(readId(leaf))
    assert(read !== undefined, `group '${leaf.group}' is read at the key of its input`)
    const index = read.feed.read.group.features.findIndex(({ name }) => name === leaf.name)
    return delivered(read.out[index], read.feed.read.group.features[index])
  }
}

/** Adds to the scorer's refusals the rows in which a feature was refused: nothing may stand in for such a value. */
function refusedFeatures(features: Features, byScore: ReadonlyMap<number, string>): Map<number, string> {
  const refused = new Map(byScore)
  for (const { feed, out } of features.values()) {
    out.forEach(({ refused: codes }, f) => {
      if (!codes) return
      for (let row = 0; row < codes.length; row++) if (codes[row]) refused.set(row, refusedText(feed.read.group, f, codes[row]))
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
