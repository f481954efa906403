import { SpillwayError, type ErrorCode } from '../../src/base/errors.ts'
import { groupOf, type Answer, type Answers, type Case, type Engine } from './case.ts'

/** Result of a case in an engine. `failed`: an exception, which is no answer. */
export type Outcome = { readonly answers: Answers } | { readonly rejected: ErrorCode } | { readonly failed: string }

export async function outcomeOf(engine: Engine, of: Case): Promise<Outcome> {
  try {
    return { answers: await engine.values(of) }
  } catch (error) {
    if (error instanceof SpillwayError && error.code !== 'SPILL_ASSERT') return { rejected: error.code }
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

/** A difference between two engines: a read, a feature, and both answers; without a read, the case as a whole. */
export interface Difference {
  readonly engine: string
  readonly ask?: number
  readonly feature?: string
  readonly expected: string
  readonly got: string
}

/** Every difference of an engine's outcome from the reference's. */
export function differences(of: Case, engine: string, reference: Outcome, outcome: Outcome): Difference[] {
  const whole = (expected: string): Difference[] => [{ engine, expected, got: textOf(outcome) }]
  if (!('answers' in reference)) return whole(`an answer; but the reference: ${textOf(reference)}`)
  if (!('answers' in outcome)) return whole('an answer')
  return of.asks.flatMap((ask, i) =>
    groupOf(of, ask.group).features.flatMap(({ name }, j) => {
      const [expected, got] = [reference.answers[i][j], outcome.answers[i]?.[j]]
      return got && agree(expected, got) ? [] : [{ engine, ask: i, feature: name, expected: answerText(expected), got: answerText(got) }]
    }),
  )
}

/** Bit-equal, with −0 and 0 distinguished, except for results that the reference calls inexact. */
export function agree(expected: Answer, got: Answer): boolean {
  const { tolerance = 0 } = expected
  if (tolerance === Infinity) return true
  if (expected.rejected !== undefined || got.rejected !== undefined) return expected.rejected === got.rejected
  if (expected.exact !== undefined && expected.exact !== got.exact) return false
  const [a, b] = [expected.value, got.value]
  if (tolerance > 0 && typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= tolerance && !Object.is(b, -0)
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => Object.is(item, b[i]))
  return Object.is(a, b)
}

function textOf(outcome: Outcome): string {
  if ('failed' in outcome) return `broke: ${outcome.failed}`
  return 'rejected' in outcome ? `rejected: ${outcome.rejected}` : 'answers'
}

export function answerText(answer: Answer | undefined): string {
  if (!answer) return 'no answer'
  const { value, rejected, exact, tolerance } = answer
  if (rejected) return `rejected: ${rejected}`
  const text = Object.is(value, -0) ? '-0' : JSON.stringify(value)
  return `${text}${exact === undefined ? '' : ` exactly ${exact}`}${tolerance ? ` ± ${tolerance}` : ''}`
}
