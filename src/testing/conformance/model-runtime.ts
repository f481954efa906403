/** The conformance suite of `ModelRuntime`: scores in columns, shown by example vectors of one model. */
import assert from 'node:assert/strict'
import { Strings } from '../../columns/index.ts'
import type { Value } from '../../define/ir/index.ts'
import type { LoadedModel, ModelRuntime, RuntimeColumn, RuntimeInput, RuntimeModel } from '../../define/model/index.ts'
import { clausesOver, testClauses, type ContractClause } from './clauses.ts'

/** A feature vector and its score. */
export interface ExampleVector {
  /** One value per input, in order; null is NULL. */
  readonly vector: readonly Value[]
  /** Null if the row has no score. */
  readonly score: number | null
}

/** A runtime under test, and one of its models. */
export interface ModelRuntimeHarness<Definition = unknown> {
  readonly runtime: ModelRuntime<Definition>
  readonly inputs: readonly RuntimeInput[]
  readonly definition: Definition
  readonly bytes?: Uint8Array
  /** Vectors with different scores, at least two; some with a NULL where the model takes NULL. */
  readonly examples: readonly ExampleVector[]
  /** Largest difference from the score of an example. Default 0. */
  readonly tolerance?: number
  /** Models that the runtime must not load: damaged, or of another kind. */
  readonly damaged?: readonly { readonly definition?: unknown; readonly bytes?: Uint8Array }[]
}

/** Rows of the large batch. */
const MANY_ROWS = 5000
/** Marks numbers that must not be written. */
const UNWRITTEN = -12_345.678

type Model = Pick<RuntimeModel, 'definition' | 'bytes'>

const modelOf = ({ inputs }: ModelRuntimeHarness, strings: Strings, { definition, bytes }: Partial<Model>): RuntimeModel =>
  Object.freeze({ name: 'conformance', inputs, definition, bytes, strings })

/** A loaded model of the harness with the ids of its texts. */
class Subject {
  readonly harness: ModelRuntimeHarness
  readonly model: LoadedModel
  /** The vectors of the examples. */
  readonly vectors: readonly (readonly Value[])[]
  readonly #strings = new Strings()

  constructor(harness: ModelRuntimeHarness) {
    this.harness = harness
    this.vectors = harness.examples.map(({ vector }) => vector)
    // Ids begin above 0, so that an id is not mistaken for the number of a row.
    this.#strings.idOf('another text')
    const loaded: unknown = harness.runtime.load(modelOf(harness, this.#strings, harness))
    const { score } = Object(loaded) as Partial<LoadedModel>
    assert.ok(
      typeof score === 'function',
      `load returns { score }, at once; got ${loaded instanceof Promise ? 'a promise' : String(loaded)}`,
    )
    this.model = loaded as LoadedModel
  }

  /** The vectors in columns. `garbage` is the value under a NULL. */
  columnsOf(vectors: readonly (readonly Value[])[], garbage = 0): RuntimeColumn[] {
    return this.harness.inputs.map(({ type }, slot) => {
      const values = vectors.map(vector => {
        const value = vector[slot]
        if (value === null) return garbage
        return typeof value === 'string' ? this.#strings.idOf(value) : Number(value)
      })
      const nulls = vectors.some(vector => vector[slot] === null)
        ? Uint8Array.from(vectors, vector => Number(vector[slot] === null))
        : undefined
      return { values: type === 'string' ? Int32Array.from(values) : Float64Array.from(values), ...(nulls && { nulls }) }
    })
  }

  /** Scores columns; NULL is null, whether it was NaN or rejected. */
  scores(columns: readonly RuntimeColumn[], length: number, scores = new Float64Array(length)): (number | null)[] {
    const rejected = new Map<number, string>()
    const reject = (row: unknown, why: unknown): void => {
      assert.ok(
        typeof row === 'number' && Number.isInteger(row) && row >= 0 && row < length,
        `reject takes a row of the batch, got ${String(row)}`,
      )
      assert.ok(typeof why === 'string' && why !== '', `reject says why, got ${String(why)}`)
      rejected.set(row, why)
    }
    const returned: unknown = this.model.score({ length, columns, reject }, scores)
    assert.ok(!(returned instanceof Promise), 'score returns once the scores are written; got a promise')
    return Array.from(scores.subarray(0, length), (score, row) => (rejected.has(row) || !Number.isFinite(score) ? null : score + 0))
  }

  scoresOf(vectors = this.vectors, garbage?: number): (number | null)[] {
    return this.scores(this.columnsOf(vectors, garbage), vectors.length)
  }
}

const clause = clausesOver<ModelRuntimeHarness, [subject: Subject]>(async (harness, check) => check(new Subject(harness)))

/** The clauses of the contract, in order. */
export const modelRuntimeClauses: readonly ContractClause<ModelRuntimeHarness>[] = [
  clause('the scores are those of the examples', subject => {
    const { examples, tolerance = 0 } = subject.harness
    assert.ok(new Set(examples.map(({ score }) => score)).size > 1, 'give examples with different scores')
    const scores = subject.scoresOf()
    examples.forEach(({ vector, score: expected }, row) => {
      const score = scores[row]
      const isEqual = expected === null || score === null ? score === expected : Math.abs(score - expected) <= tolerance
      assert.ok(isEqual, `the score of ${JSON.stringify(vector)} is ${expected}, got ${score}`)
    })
  }),
  clause('a batch has the rows that its length says: none, or fewer than its columns', subject => {
    const { vectors } = subject
    const columns = subject.columnsOf(vectors)
    for (const length of [0, 1, vectors.length]) {
      const scores = new Float64Array(vectors.length + 3).fill(UNWRITTEN)
      assert.deepEqual(subject.scores(columns, length, scores), subject.scoresOf(vectors.slice(0, length)), `a batch of ${length} rows`)
      assert.ok(
        scores.subarray(length).every(score => score === UNWRITTEN),
        'a score was written behind the rows of the batch',
      )
    }
  }),
  clause('the score of a row depends on no other row', subject => {
    const { vectors } = subject
    const alone = vectors.flatMap(vector => subject.scoresOf([vector]))
    assert.deepEqual(subject.scoresOf(), alone, 'rows score otherwise together than alone')
    assert.deepEqual(subject.scoresOf(vectors.toReversed()), alone.toReversed(), 'rows score otherwise in another order')
    const many = Array.from({ length: MANY_ROWS }, (_, row) => (row * 7) % vectors.length)
    assert.deepEqual(
      subject.scoresOf(many.map(row => vectors[row])),
      many.map(row => alone[row]),
      `rows score otherwise among ${MANY_ROWS}`,
    )
  }),
  clause('the same vectors have the same scores, to the bit, whenever they come', subject => {
    const first = subject.scoresOf()
    for (const vector of subject.vectors) subject.scoresOf([vector, vector])
    assert.deepEqual(subject.scoresOf(), first, 'the scores of a second time differ')
    assert.deepEqual(new Subject(subject.harness).scoresOf(), first, 'the scores of the model, loaded again, differ')
  }),
  clause('the value under a NULL means nothing', subject => {
    const { vectors } = subject
    const expected = subject.scoresOf()
    for (const garbage of [1, -1, 1e6]) assert.deepEqual(subject.scoresOf(vectors, garbage), expected, `${garbage} under a NULL counts`)
    const masked = subject.columnsOf(vectors).map(({ values, nulls = new Uint8Array(vectors.length) }) => ({ values, nulls }))
    assert.deepEqual(subject.scores(masked, vectors.length), expected, 'a mask without NULLs counts')
  }),
  clause('the columns of a batch are not written to, and nothing of a batch is kept', subject => {
    const { vectors } = subject
    const columns = subject.columnsOf(vectors)
    const scores = new Float64Array(vectors.length)
    const expected = subject.scores(columns, vectors.length, scores)
    assert.deepEqual(columns, subject.columnsOf(vectors), 'a column was written to')
    const before = scores.slice()
    subject.scoresOf(vectors.toReversed())
    assert.deepEqual(scores, before, 'the scores of a batch changed with the next batch')
    // The next batch comes in the same arrays, as in a run.
    const reversed = subject.columnsOf(vectors.toReversed())
    columns.forEach(({ values, nulls }, slot) => {
      values.set(reversed[slot].values)
      nulls?.set(reversed[slot].nulls!)
    })
    assert.deepEqual(subject.scores(columns, vectors.length), expected.toReversed(), 'columns that were overwritten have the old scores')
  }),
  clause('a text that was never seen has a score, or a reason for none', subject => {
    if (!subject.harness.inputs.some(({ type }) => type === 'string')) return
    subject.scoresOf()
    const unseen = subject.vectors.map(vector => vector.map(value => (typeof value === 'string' ? `${value}, but unseen` : value)))
    assert.deepEqual(subject.scoresOf(unseen), subject.scoresOf(unseen))
  }),
  clause('closing a loaded model leaves another one of the same version as it is', first => {
    const second = new Subject(first.harness)
    const expected = first.scoresOf()
    first.model.close?.()
    assert.deepEqual(second.scoresOf(), expected)
    second.model.close?.()
    assert.deepEqual(new Subject(first.harness).scoresOf(), expected, 'a model that is loaded after a close scores otherwise')
  }),
  clause('what is no model of the runtime does not load', ({ harness }) => {
    for (const damaged of harness.damaged ?? []) {
      const shown = JSON.stringify(damaged.definition) ?? 'damaged bytes'
      assert.throws(
        () => harness.runtime.load(modelOf(harness, new Strings(), damaged)),
        `load takes ${shown}; it throws an error that says what is wrong`,
      )
    }
  }),
]

/**
 * Checks a runtime against the contract of `ModelRuntime`, by one test of `node:test` per clause.
 *
 * @example
 * testModelRuntime('constant', {
 *   runtime: constant,
 *   inputs: [{ name: 'amount', type: 'double' }],
 *   definition: { below: 0, above: 1, limit: 100 },
 *   examples: [{ vector: [99], score: 0 }, { vector: [101], score: 1 }, { vector: [null], score: null }],
 * })
 */
export const testModelRuntime = <Definition>(name: string, harness: ModelRuntimeHarness<Definition>): void =>
  testClauses(name, modelRuntimeClauses, harness as ModelRuntimeHarness)
