/** Describes the decisions with measured stages: their number, and the selection if other decisions ran too. */
import type { StagesPart } from '../domain/audit-report.ts'
import { count } from '../domain/figures.ts'

/** The description. */
export function ranText({ decisions, among }: Pick<StagesPart, 'decisions' | 'among'>): string {
  if (!among) return `${count(decisions)} decisions that ran`
  const selection = among.by === 'effect' ? 'those with a delivered effect' : 'the newest with stage times'
  return `${count(decisions)} of ${count(among.decisions)} decisions that ran (${selection})`
}
