/**
 * A sample of the decisions that go by: as many as asked for, each with the same chance (Vitter 1985, algorithm R), drawn from a fixed seed, so that the same decisions give the same
 * sample. What a model is later held against has decisions without a label in it, as what it decides about has.
 */
import { random } from '../base/random.ts'
import type { Column } from '../columns/block.ts'
import { countNumbers, type NumberSummary, type RowsSummary } from '../training/drift/summary.ts'
import type { DecisionBatch } from './decide.ts'

export interface SampleOptions {
  /** Of the model, in their order: numbers all of them. */
  readonly inputs: readonly string[]
  readonly rows: number
  /** Decisions after `after` and up to `to`, UTC ms. */
  readonly after: number
  readonly to: number
}

export class DecisionSample {
  readonly #options: SampleOptions
  readonly #next = random(1)
  /** By input: a value a row, NaN for NULL. */
  readonly #columns: Float64Array[]
  readonly #t: Float64Array
  /** 1 where a decision had no score whatever its vector is, since a value was refused. */
  readonly #refused: Uint8Array
  #seen = 0

  constructor(options: SampleOptions) {
    this.#options = options
    this.#columns = options.inputs.map(() => new Float64Array(options.rows))
    this.#t = new Float64Array(options.rows)
    this.#refused = new Uint8Array(options.rows)
  }

  /** Passes decisions on, and draws from them. */
  *through(batches: Iterable<DecisionBatch>): Generator<DecisionBatch> {
    const { after, to, rows } = this.#options
    for (const batch of batches) {
      for (let i = 0; i < batch.length; i++) {
        if (!(batch.t[i] > after) || batch.t[i] > to) continue
        const place = this.#seen < rows ? this.#seen : Math.floor(this.#next() * (this.#seen + 1))
        this.#seen++
        if (place < rows) this.#take(batch, i, place)
      }
      yield batch
    }
  }

  #take({ t, vector, refused }: DecisionBatch, i: number, place: number): void {
    this.#t[place] = t[i]
    this.#refused[place] = refused.has(i) ? 1 : 0
    this.#columns.forEach((column, input) => (column[place] = valueAt(vector[input], i)))
  }

  /** Of all of it the inputs; of what was decided from `from` on, UTC ms, what `score` says. */
  summary(score: (columns: Readonly<Record<string, Float64Array>>) => Float64Array, from: number): RowsSummary {
    const { inputs, rows: most } = this.#options
    const rows = Math.min(most, this.#seen)
    const later = Uint32Array.from({ length: rows }, (_, row) => row).filter(row => this.#t[row] >= from)
    const scores = score(Object.fromEntries(inputs.map((name, i) => [name, picked(this.#columns[i], later)])))
    later.forEach((row, i) => {
      if (this.#refused[row] === 1) scores[i] = NaN
    })
    return {
      rows,
      inputs: Object.fromEntries(inputs.map((name, i) => [name, summaryOf(this.#columns[i].subarray(0, rows))])),
      score: summaryOf(scores),
    }
  }
}

const valueAt = ({ values, nulls }: Column, row: number): number => (nulls?.[row] ? NaN : values[row])

const picked = (values: Float64Array, rows: Uint32Array): Float64Array => Float64Array.from(rows, row => values[row])

function summaryOf(values: Float64Array): NumberSummary {
  const counting = countNumbers()
  counting.add({ values }, values.length)
  return counting.summary
}
