/**
 * Calls the user's own score function with one vector at a time, and does not trust it. An exception, and any result but a finite
 * number, rejects that row's score with a message; other rows keep theirs.
 */
import type { ModelRuntime } from '../define/model/index.ts'
import { vectorRowReader } from './rows.ts'

/** Maps a vector, nested like the inputs, to a finite number. It must be pure: the same vector always gives the same score. */
export type UserScoreFunction = (vector: never) => number

/** Runs the user's function. */
export const functionRuntime: ModelRuntime<UserScoreFunction> = {
  name: 'function',
  version: '1',
  load({ definition, inputs, strings }) {
    const call = definition as (vector: unknown) => unknown
    const rowOf = vectorRowReader(
      inputs.map(({ name, type }) => ({ name, expr: { type } })),
      strings,
    )
    return {
      score({ columns, length, reject }, scores) {
        for (let i = 0; i < length; i++) {
          const score = attempt(call, rowOf(columns, i))
          if (typeof score === 'string') reject(i, score)
          scores[i] = typeof score === 'string' ? NaN : score
        }
      },
    }
  },
}

/** The score, or the reason why there is none. */
function attempt(call: (vector: unknown) => unknown, row: unknown): number | string {
  let score: unknown
  try {
    score = call(row)
    // An async function's rejection comes later, to nobody, and would end the process.
    if (score instanceof Promise) score.catch(() => {})
  } catch (error) {
    return `compute threw ${error instanceof Error ? `${error.name}: ${error.message}` : show(error)}`
  }
  return typeof score === 'number' && Number.isFinite(score) ? score + 0 : `compute gave ${show(score)}, not a finite number`
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100))
  if (value instanceof Promise) return 'a promise'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
