/**
 * Calls the user's own score function with one vector at a time, and does not trust it. An exception, and any result but a finite
 * number, refuses that row's score with a message; other rows keep theirs.
 */
import type { ColumnData } from '../columns/block.ts'
import { Scratch } from '../expression/scratch.ts'
import type { VectorRowReader } from './rows.ts'
import type { VectorColumn } from './vector.ts'

/** Maps a vector, nested like the inputs, to a finite number. It must be pure: the same vector always gives the same score. */
export type UserScoreFunction = (vector: never) => number

/** Scores of rows, and refusals. */
export interface RowScores {
  readonly score: ColumnData
  /** Why there is no score, by row. */
  readonly refused: ReadonlyMap<number, string>
}

/** Compiles the user's function to a score over columns. */
export function compileUserScore(
  compute: UserScoreFunction,
  rowOf: VectorRowReader,
): (vector: readonly VectorColumn[], length: number) => RowScores {
  const call = compute as (vector: unknown) => unknown
  const scratch = new Scratch()
  return (vector, length) => {
    const values = scratch.values(length)
    const refused = new Map<number, string>()
    for (let i = 0; i < length; i++) {
      const score = attempt(call, rowOf(vector, i))
      if (typeof score === 'string') refused.set(i, score)
      else values[i] = score
    }
    if (refused.size === 0) return { score: { values }, refused }
    const nulls = scratch.nulls(length).fill(0, 0, length)
    for (const i of refused.keys()) nulls[i] = 1
    return { score: { values, nulls }, refused }
  }
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
