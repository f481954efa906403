/** Answers of `bench decide` by payment, and their comparison with the log. */
import fitted from '../../examples/fraud/fitted.json' with { type: 'json' }
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { recordedDecisions } from '../../src/run/decide/recorded-decision.ts'
import type { Paced } from './paced.ts'

export const said = { durable: 1, decided: 2, declined: 4, otherwise: 8, degraded: 16 } as const

export interface Answered extends Paced {
  /** Number, and id, of the first payment. */
  readonly first: number
  /** By payment: index into `said`, and the score, NaN without one. */
  readonly said: Uint8Array
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

export const saidBy = ({ durable, degraded, decisions, answers: { decline } }: Answer): number =>
  (durable ? said.durable : 0) |
  (decisions.length > 0 ? said.decided : 0) |
  (decline?.approved === false ? said.declined : 0) |
  (decline?.approved === true ? said.otherwise : 0) |
  (degraded === undefined ? 0 : said.degraded)

/** A recorded decision, in the order of the log. `score` is NULL if there was none. */
interface Decided {
  readonly id: number
  readonly score: number | null
}

/**
 * The decisions of a folder, each checked by itself: the score equals that of the recorded inputs by the fitted coefficients, computed here
 * again, and the history of the card has exactly the payments before this one.
 */
export function decidedIn(data: string): { readonly decided: readonly Decided[]; readonly failures: string[] } {
  const reader = readDataFolder(data)
  const decided: Decided[] = []
  const before = new Map<string, number>()
  const [scores, histories]: [string[], string[]] = [[], []]
  const newestFirst = [...reader.newestDecisions('fraud')]
  reader.close()
  for (const { bytes } of newestFirst.reverse())
    for (const { id, key, score, vector } of recordedDecisions(bytes)) {
      const card = String(key)
      const known = before.get(card) ?? 0
      before.set(card, known + 1)
      decided.push({ id: Number(id), score })
      if (inputOf(vector, 'usual.n30d') !== known)
        histories.push(`${String(id)}, with ${String(inputOf(vector, 'usual.n30d'))} of ${known}`)
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
export function wrongAnswers(decided: readonly Decided[], payments: number, answered: readonly Answered[]): string[] {
  const scoreOf = new Map(decided.map(({ id, score }) => [id, score]))
  const wrong = answered.flatMap(({ first, said: told, score }) =>
    Array.from(told, (flags, i) => ({ id: first + i, flags, score: score[i] })).filter(
      ({ id, flags, score: given }) => !(flags === 0 || isRight(flags, given, scoreOf.get(id) ?? null)),
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

function isRight(flags: number, given: number, recorded: number | null): boolean {
  if ((flags & said.decided) === 0) return flags === (said.otherwise | said.degraded)
  const expected = said.decided | (recorded !== null && recorded >= fitted.declineFrom ? said.declined : 0)
  return given === recorded && (flags & ~said.durable) === expected
}
