/** Shares of planted events of a generated clinic. */
import type { BodyShares } from './body.ts'

export interface Shares extends BodyShares {
  /** Factor on the gaps of a real file. */
  readonly gaps: number
  /** Share of patient-days on which the phone goes offline. */
  readonly backfills: number
  /** Share of patient-days that the cloud resends twice. */
  readonly resends: number
  /** Share of patient-days whose values are replaced. */
  readonly revisions: number
  /** Share of patients whose uploads have no ids. */
  readonly withoutId: number
}

export const usualShares: Shares = {
  lows: 0.8,
  extremes: 0.02,
  compressions: 0.1,
  gaps: 1,
  backfills: 0.05,
  resends: 0.1,
  revisions: 0.1,
  withoutId: 0.2,
}
