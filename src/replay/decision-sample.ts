/**
 * Samples the decisions that pass through: a fixed number, each with the same chance (Vitter 1985, algorithm R). The seed is fixed,
 * so the same decisions give the same sample. The reference for drift must include decisions without a label, as current decisions
 * do.
 */
import { random } from '../base/index.ts'
import { type ColumnData, gatherArray, rowsWhere } from '../columns/index.ts'
import { reachesBackTo } from '../kernel/index.ts'
import { type Counting, countNumbers, countTexts, type RowsSummary } from '../training/drift/index.ts'
import type { TextInputs } from '../training/index.ts'
import type { DecisionBatch } from './decide.ts'

/** The decisions to sample. */
export interface DecisionSampleOptions {
  /** Names of the model's inputs, in order. */
  readonly inputs: readonly string[]
  /** Those that are strings. */
  readonly texts?: TextInputs
  readonly rows: number
  /** Decisions after `after` and up to `to`, UTC ms. */
  readonly after: number
  readonly to: number
  /**
   * The log has deleted what arrived up to this time, UTC ms; −Infinity if nothing. Decisions whose windows reach back to it are not
   * sampled: their values are missing here, and were not when they were decided.
   */
  readonly forgotten?: number
}

/** A reservoir of decisions. */
export class DecisionSample {
  readonly #options: DecisionSampleOptions
  readonly #next = random(1)
  /** By input: one value per row, NaN for NULL. */
  readonly #columns: Float64Array[]
  readonly #t: Float64Array
  /** 1 where a decision had no score, because a value was rejected. */
  readonly #rejected: Uint8Array
  #count = 0

  constructor(options: DecisionSampleOptions) {
    this.#options = options
    this.#columns = options.inputs.map(() => new Float64Array(options.rows))
    this.#t = new Float64Array(options.rows)
    this.#rejected = new Uint8Array(options.rows)
  }

  /** Passes batches on unchanged, and samples them. */
  *sampling(batches: Iterable<DecisionBatch>): Generator<DecisionBatch> {
    const { after, to, rows, forgotten = -Infinity } = this.#options
    for (const batch of batches) {
      for (let i = 0; i < batch.length; i++) {
        if (!(batch.t[i] > after) || batch.t[i] > to || (forgotten > -Infinity && isIncomplete(batch, i, forgotten))) continue
        const place = this.#count < rows ? this.#count : Math.floor(this.#next() * (this.#count + 1))
        this.#count++
        if (place < rows) this.#store(batch, i, place)
      }
      yield batch
    }
  }

  #store({ t, vector, rejected }: DecisionBatch, i: number, place: number): void {
    this.#t[place] = t[i]
    this.#rejected[place] = rejected.has(i) ? 1 : 0
    this.#columns.forEach((column, input) => (column[place] = valueAt(vector[input], i)))
  }

  /** Summarises the inputs of the whole sample, and the scores, computed by `score`, of decisions from `from` on, UTC ms. */
  summary(score: (columns: Readonly<Record<string, Float64Array>>) => Float64Array, from: number): RowsSummary {
    const { inputs, texts, rows: most } = this.#options
    const rows = Math.min(most, this.#count)
    const later = rowsWhere(rows, row => this.#t[row] >= from)
    const scores = score(Object.fromEntries(inputs.map((name, i) => [name, gatherArray(this.#columns[i], later)])))
    later.forEach((row, i) => {
      if (this.#rejected[row] === 1) scores[i] = NaN
    })
    return {
      rows,
      inputs: Object.fromEntries(
        inputs.map((name, i) => {
          const counting = texts?.names.includes(name) ? countTexts(texts.strings) : countNumbers()
          return [name, summaryOf(counting, this.#columns[i].subarray(0, rows))]
        }),
      ),
      score: summaryOf(countNumbers(), scores),
    }
  }
}

/** Is a value of a decision missing because its window reaches back to `forgotten`? */
const isIncomplete = ({ reads }: DecisionBatch, i: number, forgotten: number): boolean =>
  reads.some(({ read, asOf }) => asOf[i] > -Infinity && read.group.features.some(feature => reachesBackTo(feature, asOf[i], forgotten)))

const valueAt = ({ values, nulls }: ColumnData, row: number): number => (nulls?.[row] ? NaN : values[row])

function summaryOf<C extends Counting>(counting: C, values: Float64Array): C['summary'] {
  counting.add({ values }, values.length)
  return counting.summary
}
