/** Describes the decisions with measured stages: their number, and the selection if other decisions ran too. */
import type { StagesPart } from '../domain/audit-report.ts'
import { integerText } from '../domain/figures.ts'

/** The description. */
export function sampledDecisionsText({ decisions, among }: Pick<StagesPart, 'decisions' | 'among'>): string {
  if (!among) return `${integerText(decisions)} decisions that ran`
  const selection = among.by === 'effect' ? 'those with a delivered effect' : 'the newest with stage times'
  return `${integerText(decisions)} of ${integerText(among.decisions)} decisions that ran (${selection})`
}
