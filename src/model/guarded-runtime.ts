/**
 * A user's own runtime, which is not trusted. A model that does not load is an error. A batch whose `score` throws, or does not return before
 * it ends, has no scores: every row is NULL, and its decision records a reason that names the runtime and the clause of the contract.
 *
 * Cost: two passes over the scores of a batch.
 */
import { brokenClauseText, contractError, SpillwayError, show, thrownText } from '../base/index.ts'
import type { LoadedModel, ModelRuntime, ScoreBatch } from '../define/model/index.ts'

const clauses = {
  load: 'load returns { score }, at once',
  score: 'score writes into its second argument and returns nothing',
}

/** Guards a runtime. `load` throws `SPILL_CONTRACT` if the runtime throws, or gives no loaded model. */
export const guardedRuntime = (runtime: ModelRuntime): ModelRuntime => ({
  name: runtime.name,
  version: runtime.version,
  load(model) {
    const subject = `runtime '${runtime.name}' of model '${model.name}'`
    let loaded: unknown
    try {
      loaded = runtime.load(model)
    } catch (error) {
      throw new SpillwayError('SPILL_CONTRACT', `${subject} cannot load it: ${thrownText(error, 'it')}`, { cause: error })
    }
    if (typeof (Object(loaded) as Partial<LoadedModel>).score === 'function') return guardedModel(loaded as LoadedModel, runtime.name)
    ignoreRejection(loaded)
    throw contractError({ subject, clauses }, 'load', `got ${show(loaded)}`)
  },
})

const guardedModel = (model: LoadedModel, name: string): LoadedModel => ({
  score({ length, columns, reject }, scores) {
    // Rows that are not written have no score.
    scores.fill(NaN, 0, length)
    const fault = faultOf(model, name, { length, columns, reject: (row, why: unknown) => reject(row, String(why)) }, scores)
    for (let row = 0; row < length; row++) {
      if (fault !== undefined) reject(row, fault)
      else if (Math.abs(scores[row]) === Infinity) reject(row, `runtime '${name}' gave ${scores[row]}, not a finite number`)
      // −0 is 0.
      scores[row] += 0
    }
  },
  explain(columns, row) {
    try {
      return model.explain?.(columns, row) ?? []
    } catch {
      return []
    }
  },
  close() {
    try {
      ignoreRejection(model.close?.())
    } catch {
      // It is not used again.
    }
  },
})

/** Scores the batch. Returns the fault, if there is one. */
function faultOf(model: LoadedModel, name: string, batch: ScoreBatch, scores: Float64Array): string | undefined {
  try {
    const result: unknown = model.score(batch, scores)
    if (result === undefined) return undefined
    ignoreRejection(result)
    return brokenClauseText({ subject: `runtime '${name}'`, clauses }, 'score', `got ${show(result)}`)
  } catch (error) {
    return `runtime '${name}' threw: ${thrownText(error, 'it')}`
  }
}

/** A rejection that comes later, to nobody, would end the process. */
function ignoreRejection(value: unknown): void {
  if (value instanceof Promise) value.catch(() => {})
}
