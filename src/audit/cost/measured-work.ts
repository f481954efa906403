import { SpillwayError, show } from '../../base/index.ts'

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
  /** CPU seconds of one training; undefined without training or measurement. */
  readonly cpuSecondsATraining?: number
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

/** Throws `SPILL_INPUT` for a number that is negative or not finite, and for a group without its source. */
export function requireMeasurements(measured: MeasuredWork): void {
  const { span, sources, groups, ...rest } = measured
  if (!(span > 0 && span < Infinity))
    rejectMeasurement('span', span, 'give a longer history, since all of this one is at one instant and has no rate')
  requireNumbers('measured', rest)
  for (const [name, source] of sources) requireNumbers(`source '${name}'`, source)
  for (const [name, { source, reach, ...group }] of groups) {
    requireNumbers(`group '${name}'`, group)
    if (!(reach >= 0)) rejectMeasurement(`group '${name}': reach`, reach, 'write ms, or Infinity')
    if (!sources.has(source)) rejectMeasurement(`group '${name}': source`, source, `the sources are ${[...sources.keys()].join(', ')}`)
  }
}

function requireNumbers(owner: string, values: object): void {
  for (const [name, value] of Object.entries(values) as [string, unknown][])
    if (typeof value !== 'string' && !(typeof value === 'number' && value >= 0 && value < Infinity))
      rejectMeasurement(`${owner}: ${name}`, value, 'a measurement is a number, 0 or more')
}

function rejectMeasurement(field: string, value: unknown, why: string): never {
  throw new SpillwayError('SPILL_INPUT', `${field} is ${show(value)}; ${why}`)
}
