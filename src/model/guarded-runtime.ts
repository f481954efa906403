/**
 * A user's own runtime, which is not trusted. A model that does not load is an error. A batch whose `score` throws, or does not return before
 * it ends, has no scores: every row is NULL, and its decision records a reason that names the runtime and the clause of the contract.
 *
 * Cost: two passes over the scores of a batch.
 */
import { brokenClauseText, type Contract, contractError, SpillwayError, show, thrownText } from '../base/index.ts'
import type { LoadedModel, ModelRuntime, RuntimeColumn, RuntimeModel, ScoreBatch } from '../define/model/index.ts'

const clauses = {
  load: 'load returns { score }, at once',
  score: 'score writes into its second argument and returns nothing',
}

const contractOf = (subject: string): Contract => ({ subject, clauses })

/** Guards a runtime. */
export class GuardedRuntime implements ModelRuntime {
  readonly name: string
  readonly version: string
  readonly #runtime: ModelRuntime

  constructor(runtime: ModelRuntime) {
    this.#runtime = runtime
    this.name = runtime.name
    this.version = runtime.version
  }

  /** @throws `SPILL_CONTRACT` if the runtime throws, or gives no loaded model. */
  load(model: RuntimeModel): LoadedModel {
    const subject = `runtime '${this.name}' of model '${model.name}'`
    let loaded: unknown
    try {
      loaded = this.#runtime.load(model)
    } catch (error) {
      throw new SpillwayError('SPILL_CONTRACT', `${subject} cannot load it: ${thrownText(error, 'it')}`, { cause: error })
    }
    if (typeof (Object(loaded) as Partial<LoadedModel>).score === 'function') return new GuardedModel(loaded as LoadedModel, this.name)
    ignoreRejection(loaded)
    throw contractError(contractOf(subject), 'load', `got ${show(loaded)}`)
  }
}

class GuardedModel implements LoadedModel {
  readonly #model: LoadedModel
  readonly #runtime: string

  constructor(model: LoadedModel, runtime: string) {
    this.#model = model
    this.#runtime = runtime
  }

  score({ length, columns, reject }: ScoreBatch, scores: Float64Array): void {
    // Rows that are not written have no score.
    scores.fill(NaN, 0, length)
    const fault = this.#faultOf({ length, columns, reject: (row, why: unknown) => reject(row, String(why)) }, scores)
    for (let row = 0; row < length; row++) {
      if (fault !== undefined) reject(row, fault)
      else if (Math.abs(scores[row]) === Infinity) reject(row, `runtime '${this.#runtime}' gave ${scores[row]}, not a finite number`)
      // −0 is 0.
      scores[row] += 0
    }
  }

  explain(columns: readonly RuntimeColumn[], row: number) {
    try {
      return this.#model.explain?.(columns, row) ?? []
    } catch {
      return []
    }
  }

  close(): void {
    try {
      ignoreRejection(this.#model.close?.())
    } catch {
      // It is not used again.
    }
  }

  /** Scores the batch. Returns the fault, if there is one. */
  #faultOf(batch: ScoreBatch, scores: Float64Array): string | undefined {
    try {
      const result: unknown = this.#model.score(batch, scores)
      if (result === undefined) return undefined
      ignoreRejection(result)
      return brokenClauseText(contractOf(`runtime '${this.#runtime}'`), 'score', `got ${show(result)}`)
    } catch (error) {
      return `runtime '${this.#runtime}' threw: ${thrownText(error, 'it')}`
    }
  }
}

/** A rejection that comes later, to nobody, would end the process. */
function ignoreRejection(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {})
}
