/** A decision as text. */
import { inspect } from 'node:util'
import type { StrictOmit } from '../../base/index.ts'
import type { DecisionRecord } from '../../replay/index.ts'
import { forTerminal } from './print.ts'
import { scoreText, roundForDisplay } from './text-format.ts'

/** Model, time, key and score on a line, then the feature vector. Strings must be escaped to one line. */
export function decisionText(
  decision: StrictOmit<DecisionRecord, 'position'> & { readonly version?: number; readonly explored?: Readonly<Record<string, number>> },
): string {
  const { model, t, key, score, version, explored = {}, unscored, rejected, vector } = decision
  const by = version === undefined ? '' : ` by version ${version}`
  const reason = unscored === undefined ? '' : ` (${unscored})`
  const exploration = Object.entries(explored).map(
    ([action, probability]) => `; ${action} skipped for exploration, probability ${probability}`,
  )
  const result = rejected === undefined ? `score ${scoreText(score)}${by}${reason}${exploration.join('')}` : `rejected: ${rejected}`
  const vectorText = inspect(roundNumbers(vector), { depth: null, breakLength: 120, compact: 3, maxArrayLength: 10, maxStringLength: 100 })
  return forTerminal(`${model}  ${new Date(t).toISOString()}  ${String(key)}  ${result}\n${vectorText.replaceAll(/^/gm, '  ')}`)
}

/** Rounds all numbers of a vector, those in nested lists and groups too. */
function roundNumbers(value: unknown): unknown {
  if (typeof value === 'number') return roundForDisplay(value)
  if (Array.isArray(value)) return value.map(roundNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, roundNumbers(inner)]))
}
