/**
 * The port of a model runtime: it loads a version of a model, and scores feature vectors in columns.
 *
 * The contract has a test for each clause in `testModelRuntime` of `spillway/testing`. All scores of Spillway but your own
 * `compute` are such runtimes: weighted sums, trees, rules and ONNX.
 */
import type { ColumnType } from '../ir/ir.ts'

/** An input of a model as its runtime reads it. */
export interface RuntimeInput {
  /** `amount`, or `card.n10m` for a feature of a group that is read under the name `card`. */
  readonly name: string
  /** Numbers of every type arrive as doubles, a bool as 0 or 1, a string as its id in `strings`. */
  readonly type: ColumnType
}

/** Texts of string columns, by id. An id is the same for the whole life of a loaded model. */
export interface RuntimeStrings {
  idOf(text: string): number
  textOf(id: number): string
  /** Compares the texts of two ids by their UTF-8: negative, 0 or positive. */
  compare(left: number, right: number): number
}

/** A model version to load. */
export interface RuntimeModel<Definition = unknown> {
  /** The model's name, for messages. */
  readonly name: string
  /** The inputs, one per column of a batch, in order. */
  readonly inputs: readonly RuntimeInput[]
  /** The model as JSON, frozen; undefined if it is in `bytes` alone. */
  readonly definition: Definition
  /** The model as bytes, such as a file. They must not be written to. */
  readonly bytes?: Uint8Array | undefined
  /** Path of the file for messages, if there is one. */
  readonly path?: string | undefined
  /** The texts of string columns. */
  readonly strings: RuntimeStrings
}

/**
 * A column of a batch. Row i is NULL where `nulls[i]` is 1; without `nulls` no row is. The value of a NULL, and all values from
 * the length of the batch on, are meaningless. It must not be written to, and the next batch may overwrite it.
 */
export interface RuntimeColumn {
  readonly values: Float64Array | Int32Array
  readonly nulls?: Uint8Array | undefined
}

/** Feature vectors in columns. */
export interface ScoreBatch {
  /** Rows. */
  readonly length: number
  /** One column per input, in order. */
  readonly columns: readonly RuntimeColumn[]
  /** Says why a row has no score: it is NULL, and the decision records the reason. The first reason of a row counts. */
  readonly reject: (row: number, why: string) => void
}

/** Contribution of one input to a score; null if the input is NULL without a replacement. */
export interface Contribution {
  readonly input: string
  readonly adds: number | null
}

/** A loaded model version. */
export interface LoadedModel {
  /**
   * Writes the score of row i to `scores[i]`, for the rows of the batch and no others, before it returns. NaN is no score: NULL.
   *
   * The score of a row depends on nothing but the row: the same values give the same bits, whatever rows are beside it, and
   * whenever it is asked for.
   */
  score(batch: ScoreBatch, scores: Float64Array): void
  /** Contributions of the inputs to the score of a row, in order. Without it the score has no explanation. */
  explain?(columns: readonly RuntimeColumn[], row: number): readonly Contribution[]
  /** Releases resources: the run stops, or another version has replaced this one. What is not closed must not keep the process alive. */
  close?(): void
}

/**
 * A kind of model: rules, trees, ONNX, or your own.
 *
 * @example
 * const constant: ModelRuntime<number> = {
 *   name: 'constant',
 *   version: '1',
 *   load: ({ definition }) => ({ score: ({ length }, scores) => void scores.fill(definition, 0, length) }),
 * }
 */
export interface ModelRuntime<Definition = unknown> {
  /** Names the runtime in messages and in the IR. */
  readonly name: string
  /** Part of the fingerprint: change it whenever the runtime gives other scores for the same model and vectors. */
  readonly version: string
  /** Loads a model version. Throws if it is no model of this runtime, or does not fit the inputs. */
  load(model: RuntimeModel<Definition>): LoadedModel
}

/** A model of the user's own runtime; the IR has only its hash. */
export interface RuntimeScore {
  readonly runtime: ModelRuntime
  readonly definition: unknown
  readonly bytes: Uint8Array | undefined
}
