/** The user's own value function, called with all rows at once. Its result is validated. */
import { SpillwayError, show } from '../../base/index.ts'
import type { UtilityCompute } from '../../define/index.ts'
import { hasKnownOutcome, zeroValues, type AlertEvaluation } from './alert-evaluation.ts'

/**
 * A value for each row; NaN where the outcome is unknown, whatever the function returned.
 *
 * @throws `SPILL_INPUT` where the function throws, returns the wrong type or length, or a value that is not finite for a known label
 */
export function userValues(model: string, compute: UtilityCompute, evaluation: AlertEvaluation): Float64Array {
  const { cases, decided, alert, rows } = evaluation
  const { from, to } = rows
  const fail = (why: string, cause?: unknown): never => {
    throw new SpillwayError('SPILL_INPUT', `worth of model '${model}': the function of own ${why}`, { cause })
  }
  let result: unknown
  try {
    result = compute({
      length: to - from,
      t: cases.t.subarray(from, to),
      key: cases.key.subarray(from, to),
      score: decided.score.subarray(from, to),
      alert: alert.subarray(from, to),
      acted: decided.actedAt.subarray(from, to),
      inline: decided.inline,
      label: cases.label.subarray(from, to),
      known: cases.isLabelled.subarray(from, to).map((is, i) => is & cases.eligible[from + i]),
      outcome: cases.outcome.subarray(from, to),
      column: name => cases.column(name).subarray(from, to),
    })
    if (result instanceof Promise) result.catch(() => {})
  } catch (error) {
    // An unknown column has its own error message.
    if (error instanceof SpillwayError) throw error
    fail(
      `threw ${error instanceof Error ? `${error.name}: ${error.message}` : show(error)}, given ${to - from} decisions from row ${from} on`,
      error,
    )
  }
  if (!(result instanceof Float64Array)) return fail(`gave ${show(result)}; it gives a Float64Array with a value for each decision`)
  if (result.length !== to - from) return fail(`gave ${result.length} values for ${to - from} decisions; it gives one for each`)
  const values = zeroValues(evaluation)
  for (let i = 0; i < values.length; i++) {
    const row = from + i
    if (!hasKnownOutcome(cases, row)) continue
    if (!Number.isFinite(result[i]))
      fail(
        `gave ${result[i]} for decision ${row}, of ${new Date(cases.t[row]).toISOString()}; where a label is known it gives a finite number`,
      )
    values[i] = result[i]
  }
  return values
}
