import type { Measured } from './measured.ts'
import type { People } from './people.ts'
import type { Prices } from './prices.ts'
import type { Trace } from './trace.ts'
import { MONTH_MS } from '../domain/units.ts'

/** What costs are made of. */
export interface CostInputs {
  readonly measured: Measured
  readonly trace: Trace
  readonly prices: Prices
  readonly people: People
  /** How many times as much is expected as the history has: 2 is twice the events, decisions and state. 1 unless given. */
  readonly volume?: number
}

/** Months of 730 hours that a count over the history is a part of. */
export const aMonth = ({ measured, volume = 1 }: CostInputs, count: number): number => (count / measured.span) * MONTH_MS * volume
