import { SpillwayError } from '../../base/errors.ts'
import { show } from '../../base/show.ts'

/**
 * What a history cost to process here, by measurement. Seconds are CPU seconds of one core of the machine that measured; what they are in the target deployment is an assumption of the price
 * file (`sizing.cpu`).
 */
export interface Measured {
  /** What was counted was counted over so long, ms. */
  readonly span: number
  readonly sources: ReadonlyMap<string, MeasuredSource>
  readonly groups: ReadonlyMap<string, MeasuredGroup>
  readonly decisions: number
  /** To read its features and to score. */
  readonly cpuSecondsADecision: number
  /** What makes the model decide: of requests each decision is one that somebody waits for. */
  readonly decidedBy: 'event' | 'tick' | 'request'
  /** Decisions that led to something that is sent. */
  readonly actions: number
  /** One training; absent where nothing is trained, or nobody has measured it. */
  readonly cpuSecondsATraining?: number
}

export interface MeasuredSource {
  readonly events: number
  /** As it is stored. */
  readonly bytesAnEvent: number
  /** To decode, check and log one. */
  readonly cpuSecondsAnEvent: number
}

export interface MeasuredGroup {
  readonly source: string
  /** To bring its state up to date. */
  readonly cpuSecondsAnEvent: number
  /** Of all keys at the end of the history: what windows are computed from, and what they come to. */
  readonly stateBytes: number
  readonly valueBytes: number
  /** How far back its longest window reaches, ms; Infinity for one over all time. */
  readonly reach: number
}

/** Throws `SPILL_INPUT` for what was not measured: a number that is none, or negative, and a group whose source is missing. */
export function checkMeasured(measured: Measured): void {
  const { span, sources, groups, ...rest } = measured
  if (!(span > 0 && span < Infinity)) refuse('span', span, 'costs need a history that lasts: all of it at one instant has no rate')
  numbers('measured', rest)
  for (const [name, source] of sources) numbers(`source '${name}'`, source)
  for (const [name, { source, reach, ...group }] of groups) {
    numbers(`group '${name}'`, group)
    if (!(reach >= 0)) refuse(`group '${name}': reach`, reach, 'it is ms, or Infinity')
    if (!sources.has(source)) refuse(`group '${name}': source`, source, `there is ${[...sources.keys()].join(', ')}`)
  }
}

function numbers(of: string, values: object): void {
  for (const [name, value] of Object.entries(values) as [string, unknown][])
    if (typeof value !== 'string' && !(typeof value === 'number' && value >= 0 && value < Infinity))
      refuse(`${of}: ${name}`, value, 'a measurement is a number, 0 or more')
}

function refuse(what: string, value: unknown, why: string): never {
  throw new SpillwayError('SPILL_INPUT', `${what} is ${show(value)}; ${why}`)
}
