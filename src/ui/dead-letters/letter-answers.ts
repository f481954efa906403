/** Answers of the routes that list dead letters. */
import type { LetterAnswer, LetterCounts } from '../core/answers.ts'

export interface CauseAnswer {
  readonly cause: string
  readonly source: string | null
  readonly reason: string
  readonly detail: string
  readonly letters: number
  readonly first: number
  readonly last: number
}

export interface CausesAnswer {
  readonly causes: readonly CauseAnswer[]
  readonly unlisted: number
  readonly unread: number
}

export interface LettersAnswer {
  readonly letters: readonly LetterAnswer[]
  readonly counts: readonly LetterCounts[]
  readonly next?: number
  readonly deployed?: number
}
