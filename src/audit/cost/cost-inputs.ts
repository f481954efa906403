import type { MeasuredWork } from './measured-work.ts'
import type { People } from './people.ts'
import type { Prices } from './prices.ts'
import type { ArrivalTrace } from './trace.ts'
import { MONTH_MS } from '../domain/units.ts'

/** Inputs of the cost model. */
export interface CostInputs {
  readonly measured: MeasuredWork
  readonly trace: ArrivalTrace
  readonly prices: Prices
  readonly people: People
  /** Expected volume as a multiple of the history's: 2 doubles events, decisions and state. 1 by default. */
  readonly volume?: number
}

/** Scales a count over the history to a month of 730 hours. */
export const perMonth = ({ measured, volume = 1 }: CostInputs, count: number): number => (count / measured.span) * MONTH_MS * volume
