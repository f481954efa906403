/** Inputs of the cost model: measured processing, arrival times, prices and people. */
import { SpillwayError, show } from '../../base/index.ts'
import type { People } from './people.ts'
import type { Prices } from './prices.ts'
import type { HistorySpan } from './simulate/time-cells.ts'
import { MONTH_MS } from '../domain/units.ts'

export interface CostInputs {
  readonly measured: MeasuredWork
  readonly trace: ArrivalTrace
  readonly prices: Prices
  readonly people: People
  /** Expected volume as a multiple of the history's: 2 doubles events, decisions and state, 0.5 halves them. 1 by default. */
  readonly volume?: number
}

/**
 * Measured processing of a history. Seconds are CPU seconds of one core of the measuring machine. The price file converts them to the
 * target deployment (`sizing.cpu`).
 */
export interface MeasuredWork {
  /** Length of the measured history, ms. */
  readonly span: number
  readonly sources: ReadonlyMap<string, MeasuredSource>
  readonly groups: ReadonlyMap<string, MeasuredGroup>
  readonly decisions: number
  /** CPU seconds to read the features and to score. */
  readonly cpuSecondsPerDecision: number
  /** Trigger of a decision. Somebody waits for a decision on request. */
  readonly decidedBy: 'event' | 'tick' | 'request'
  /** Decisions that led to a sent effect. */
  readonly actions: number
}

/** Measured events of one source. */
export interface MeasuredSource {
  readonly events: number
  /** Stored size. */
  readonly bytesPerEvent: number
  /** CPU seconds to decode, validate and log an event. */
  readonly cpuSecondsPerEvent: number
}

/** Measured work of one feature group. */
export interface MeasuredGroup {
  readonly source: string
  /** CPU seconds to update the state. */
  readonly cpuSecondsPerEvent: number
  /** Bytes of all keys at the end of the history: of the windows' state, and of the feature values. */
  readonly stateBytes: number
  readonly valueBytes: number
  /** Length of the longest window, ms; Infinity for a lifetime window. */
  readonly reach: number
}

/** Arrival times of everything in a history. */
export interface ArrivalTrace extends HistorySpan {
  readonly sources: ReadonlyMap<string, Arrivals>
  readonly decisions: Arrivals
}

/** Sorted arrival times, UTC ms. */
export interface Arrivals {
  readonly at: Float64Array
  /** Hash of each arrival's key, which determines its partition. Undefined if all share one queue. */
  readonly key?: Uint32Array
}

/** Scales a count over the history to a month of 730 hours. */
export const perMonth = ({ measured, volume = 1 }: CostInputs, count: number): number => (count / measured.span) * MONTH_MS * volume

/** Throws `SPILL_INPUT` for inputs that allow no cost. */
export function requireCostInputs({ measured, trace, volume = 1 }: CostInputs): void {
  requireMeasurements(measured)
  requireTrace(trace)
  if (!(volume > 0 && volume < Infinity)) reject(`volume is ${volume}; write a number above 0, as a multiple of the history’s volume`)
}

/** Measurements are finite and not negative, and each group has its source. */
function requireMeasurements({ span, sources, groups, ...rest }: MeasuredWork): void {
  if (!(span > 0 && span < Infinity))
    reject(`span is ${show(span)}; give a longer history, since all of this one is at one instant and has no rate`)
  requireNumbers('measured', rest)
  for (const [name, source] of sources) requireNumbers(`source '${name}'`, source)
  for (const [name, { source, reach, ...group }] of groups) {
    requireNumbers(`group '${name}'`, group)
    if (!(reach >= 0)) reject(`group '${name}': reach is ${show(reach)}; write ms, or Infinity`)
    if (!sources.has(source)) reject(`group '${name}': source is ${show(source)}; the sources are ${[...sources.keys()].join(', ')}`)
  }
}

function requireNumbers(owner: string, values: object): void {
  for (const [name, value] of Object.entries(values) as [string, unknown][])
    if (typeof value !== 'string' && !(typeof value === 'number' && value >= 0 && value < Infinity))
      reject(`${owner}: ${name} is ${show(value)}; a measurement is a number, 0 or more`)
}

/** A trace that can be simulated has arrivals, at more than one instant, in order, and within its history. */
function requireTrace({ from, until, sources, decisions }: ArrivalTrace): void {
  const all = [...[...sources].map(([name, arrivals]) => [`source '${name}'`, arrivals] as const), ['decisions', decisions] as const]
  if (all.every(([, { at }]) => at.length === 0)) reject('the arrival trace is empty; give a history with events')
  if (!(Number.isFinite(from) && Number.isFinite(until))) reject(`the arrival trace has no beginning or no end: ${from} to ${until}`)
  if (until <= from) reject('everything arrives at one instant, so there is no rate and no monthly cost; give a longer history')
  for (const [name, { at, key }] of all) {
    if (key && key.length !== at.length) reject(`${name}: ${at.length} arrivals but ${key.length} keys`)
    for (let i = 0, last = from; i < at.length; last = at[i++])
      if (!(at[i] >= last && at[i] <= until)) reject(`${name}: arrival ${i} is ${at[i]}, which is unsorted or outside of the history`)
  }
}

function reject(why: string): never {
  throw new SpillwayError('SPILL_INPUT', why)
}
