/** Building blocks for hand-written reports. */
import type { StrictOmit } from '../../../src/base/index.ts'
import type { AuditReport, CostLine, Range } from '../../../src/audit/domain/audit-report.ts'
import type { SweepEffect, Estimate, Performance, SweepLevel } from '../../../src/audit/domain/element-report.ts'
import type { ElementSetting } from '../../../src/audit/domain/element.ts'
import { buildSummary } from '../../../src/audit/findings/summary.ts'
import { titleOf } from '../../../src/audit/domain/setting-text.ts'

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const WEEK = 7 * DAY

export const utc = (text: string): number => Date.parse(`${text}T00:00Z`)

export const estimate = (value: number, low: number, high: number): Estimate => ({ value, low, high })
export const range = (low: number, base: number, high: number): Range => ({ low, base, high })

/** Performance from actions a week, precision, recall, AUC. */
export const performed = (perWeek: number, actionsPerWeek: number, precision: number, recall: number, auc: number): Performance => ({
  perWeek,
  actionsPerWeek,
  precision,
  recall,
  auc,
})

export const effect = (perWeek: SweepEffect['perWeek'], performance: Performance, more: Partial<SweepEffect> = {}): SweepEffect => ({
  perWeek,
  performance,
  ...more,
})

export const older = (by: number): ElementSetting => ({ kind: 'older', by })
export const nightly: ElementSetting = { kind: 'batch', schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }, lasts: 2 * HOUR }

/** A staleness level whose arms have the same performance. */
export function sweepLevel(
  setting: ElementSetting,
  age: number,
  performance: Performance,
  arms: {
    readonly withoutRetraining: SweepEffect['perWeek']
    readonly budget?: SweepEffect['perWeek']
    readonly withRetraining: SweepEffect['perWeek']
  },
  more: Partial<SweepLevel> & { readonly effect?: Partial<SweepEffect> } = {},
): SweepLevel {
  const { effect: besides = {}, ...rest } = more
  return {
    setting,
    title: titleOf(setting),
    age,
    withoutRetraining: effect(arms.withoutRetraining, performance, besides),
    withoutRetrainingAtVolume: effect(arms.budget ?? arms.withoutRetraining, performance),
    withRetraining: 'why' in arms.withRetraining ? arms.withRetraining : effect(arms.withRetraining, performance),
    ...rest,
  }
}

export const line = (
  of: string,
  title: string,
  amounts: Range,
  basis: CostLine['basis'],
  arithmetic: string,
  firstYear?: Range,
): CostLine => ({
  of,
  title,
  range: amounts,
  basis,
  arithmetic,
  ...(firstYear ? { firstYear } : {}),
})

export const hash = (seed: string): string => seed.repeat(64).slice(0, 64)

/** The report with the summary that the audit builds of it. */
export const withSummary = (report: StrictOmit<AuditReport, 'summary'>): AuditReport => ({ ...report, summary: buildSummary(report) })
