/** Answers of `bench decide` by payment, and their comparison with the log. */
import fitted from '../../examples/fraud/fitted.json' with { type: 'json' }
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { recordedDecisions } from '../../src/run/decide/recorded-decision.ts'
import type { PacedTimes } from './pacing.ts'

export const answerFlags = { durable: 1, decided: 2, declined: 4, otherwise: 8, degraded: 16 } as const

export interface DecideAnswers extends PacedTimes {
  /** Number, and id, of the first payment. */
  readonly first: number
  /** By payment: its `answerFlags`, added up; and the score, NaN without one. */
  readonly flags: Uint8Array
  readonly score: Float64Array
  /** Responses that were no answer, or answered another payment. */
  readonly failed: readonly string[]
}

/** The body of an answer, as far as it is read. */
export interface Answer {
  readonly durable: boolean
  readonly degraded?: string
  readonly decisions: readonly { readonly id: string; readonly score: number | null }[]
  readonly answers: { readonly decline?: { readonly approved: boolean } }
}

export const flagsOf = ({ durable, degraded, decisions, answers: { decline } }: Answer): number =>
  (durable ? answerFlags.durable : 0) |
  (decisions.length > 0 ? answerFlags.decided : 0) |
  (decline?.approved === false ? answerFlags.declined : 0) |
  (decline?.approved === true ? answerFlags.otherwise : 0) |
  (degraded === undefined ? 0 : answerFlags.degraded)

/** A recorded decision, in the order of the log. `score` is NULL if there was none. */
interface RecordedScore {
  readonly id: number
  readonly score: number | null
}

/**
 * The decisions of a folder, each checked by itself: the score equals that of the recorded inputs by the fitted coefficients, computed here
 * again, and the history of the card has exactly the payments before this one.
 */
export function decidedIn(data: string): { readonly decided: readonly RecordedScore[]; readonly failures: string[] } {
  const reader = readDataFolder(data)
  const decided: RecordedScore[] = []
  const before = new Map<string, number>()
  const [scores, histories]: [string[], string[]] = [[], []]
  const newestFirst = [...reader.newestDecisions('fraud')]
  reader.close()
  for (const { bytes } of newestFirst.reverse())
    for (const { id, key, score, vector } of recordedDecisions(bytes)) {
      const card = String(key)
      const earlier = before.get(card) ?? 0
      before.set(card, earlier + 1)
      decided.push({ id: Number(id), score })
      if (inputOf(vector, 'usual.n30d') !== earlier)
        histories.push(`${String(id)}, with ${String(inputOf(vector, 'usual.n30d'))} of ${earlier}`)
      if (score === null || Math.abs(score - scoreOf(vector)) > 1e-12) scores.push(`${String(id)}, ${score} instead of ${scoreOf(vector)}`)
    }
  return {
    decided,
    failures: [
      ...(scores.length > 0 ? [`${scores.length} scores are not those of their inputs, the first that of payment ${scores[0]}`] : []),
      ...(histories.length > 0 ? [`${histories.length} histories are not those before, the first that of payment ${histories[0]}`] : []),
    ],
  }
}

function scoreOf(vector: unknown): number {
  const { intercept, weights } = fitted.coefficients
  const terms = Object.entries(weights).map(([name, { weight, ifNull }]) => weight * (inputOf(vector, name) ?? ifNull))
  return 1 / (1 + Math.exp(-terms.reduce((sum, term) => sum + term, intercept)))
}

const inputOf = (vector: unknown, name: string): number | null =>
  name.split('.').reduce<unknown>((at, part) => (at as Readonly<Record<string, unknown>>)[part], vector) as number | null

/** Each answer equals the recorded decision, or is marked and equals the declared fallback. */
export function wrongAnswers(decided: readonly RecordedScore[], payments: number, answered: readonly DecideAnswers[]): string[] {
  const scoreOf = new Map(decided.map(({ id, score }) => [id, score]))
  const wrong = answered.flatMap(answers =>
    Array.from(answers.flags, (flags, i) => ({ id: answers.first + i, flags, score: answers.score[i] })).filter(
      ({ id, flags, score }) => !(flags === 0 || isRight(flags, score, scoreOf.get(id) ?? null)),
    ),
  )
  return [
    ...answered.flatMap(({ failed }) =>
      failed.length > 0 ? [`${failed.length} payments were not answered, the first: ${failed[0]}`] : [],
    ),
    ...(decided.length === payments ? [] : [`of ${payments} payments there are ${decided.length} decisions in the log`]),
    ...(scoreOf.size === payments ? [] : [`of ${payments} payments ${scoreOf.size} are decided in the log`]),
    ...(wrong.length > 0 ? [`${wrong.length} answers are not what is recorded, the first: ${JSON.stringify(wrong[0])}`] : []),
  ]
}

function isRight(flags: number, answerScore: number, recorded: number | null): boolean {
  if ((flags & answerFlags.decided) === 0) return flags === (answerFlags.otherwise | answerFlags.degraded)
  const expected = answerFlags.decided | (recorded !== null && recorded >= fitted.declineFrom ? answerFlags.declined : 0)
  return answerScore === recorded && (flags & ~answerFlags.durable) === expected
}
