/** The inputs of a decision with their origin and age, and differences of two decisions. */
import type { DecisionAnswer, PipelineAnswer } from '../core/answers.ts'

export interface DecisionInput {
  readonly name: string
  readonly value: unknown
  /** The expression that it is computed by. */
  readonly origin: string
  /** The feature group that it was read from, if there is one. */
  readonly group?: string
  /** Age of the group's values at the decision, ms. */
  readonly ageMs?: number
}

/** The inputs in the order of the model's definition; of an unknown model, as the vector has them. */
export function decisionInputs(decision: DecisionAnswer, pipeline: PipelineAnswer): DecisionInput[] {
  const values = flatValues(decision.vector)
  const definitions = pipeline.models.find(({ name }) => name === decision.model)?.inputs ?? []
  const names = definitions.length > 0 ? definitions.map(({ name }) => name) : [...values.keys()]
  return names.map(name => {
    const origin = definitions.find(definition => definition.name === name)?.definition ?? ''
    const group = pipeline.groups.find(candidate => new RegExp(`\\b${candidate.name}\\.`).test(origin))?.name
    const asOf = group === undefined ? undefined : asOfTime(decision, group)
    return {
      name,
      value: values.get(name),
      origin,
      ...(group !== undefined && { group }),
      ...(asOf !== undefined && { ageMs: decision.t - asOf }),
    }
  })
}

/** Reads are named by group and key columns: `card_now(card)`. */
function asOfTime({ read }: DecisionAnswer, group: string): number | undefined {
  const entry = Object.entries(read).find(([name]) => name === group || name.startsWith(`${group}(`))
  return entry?.[1].asOf ?? undefined
}

/** `now: { n: 1 }` as `now.n`. Lists stay whole. */
export function flatValues(vector: Readonly<Record<string, unknown>>, head = ''): Map<string, unknown> {
  return new Map(
    Object.entries(vector).flatMap(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? [...flatValues(value as Record<string, unknown>, `${head}${name}.`)]
        : [[`${head}${name}`, value] as const],
    ),
  )
}

export interface ValueDifference {
  readonly name: string
  readonly before: unknown
  readonly after: unknown
  readonly isDifferent: boolean
}

/** Inputs and score of two decisions, side by side. */
export function decisionDifferences(before: DecisionAnswer, after: DecisionAnswer): ValueDifference[] {
  const [earlier, later] = [flatValues(before.vector), flatValues(after.vector)]
  const names = [...new Set([...earlier.keys(), ...later.keys()])]
  const rows = names.map(name => ({ name, before: earlier.get(name), after: later.get(name) }))
  return [...rows, { name: 'score', before: before.score, after: after.score }].map(row => ({
    ...row,
    isDifferent: JSON.stringify(row.before) !== JSON.stringify(row.after),
  }))
}
