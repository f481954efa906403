/** The decisions whose stages were measured, in words: how many, and why these where others ran too. */
import type { StagesPart } from '../domain/audit-report.ts'
import { count } from '../domain/figures.ts'

export function ranText({ decisions, among }: Pick<StagesPart, 'decisions' | 'among'>): string {
  if (!among) return `${count(decisions)} decisions that ran`
  const these = among.by === 'effect' ? 'those with a delivered effect' : 'the newest with stage times'
  return `${count(decisions)} of ${count(among.decisions)} decisions that ran (${these})`
}
