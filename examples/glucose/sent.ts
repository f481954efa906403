/** One reading as it is sent. */
import { STEP_MINUTES } from './body.ts'
import { scrambled } from '../chance.ts'

export const STEP_SECONDS = STEP_MINUTES * 60

export interface Sent {
  readonly patient: number
  /** Seconds since the start. */
  readonly at: number
  readonly uploaded: number
  /** mg/dL. */
  readonly glucose: number | 'LOW' | 'HIGH'
  /** The same for each resending; each version has its own. */
  readonly id: string | undefined
}

export interface Sender {
  readonly index: number
  /** Seconds from the tick to the patient's readings. */
  readonly phase: number
  readonly hasIds: boolean
}

/** `version` counts revisions: 0 is the reading as it was measured. */
export function sentOf({ index, phase, hasIds }: Sender, step: number, glucose: number, uploaded: number, version = 0): Sent {
  return {
    patient: index,
    at: step * STEP_SECONDS + phase,
    uploaded,
    glucose: isBeyond(glucose) ? codeOf(glucose, step ^ Math.imul(index, 0x85ebca6b)) : glucose,
    id: hasIds ? (version === 0 ? String(step) : `${step}.${version}`) : undefined,
  }
}

/** Is the value beyond the sensor's range? */
export const isBeyond = (glucose: number): boolean => glucose < 40 || glucose > 400

/** Half of them as words, half as numbers, always the same for one reading. */
function codeOf(glucose: number, reading: number): number | 'LOW' | 'HIGH' {
  const asWord = scrambled(reading) % 2 === 0
  if (glucose < 40) return asWord ? 'LOW' : 39
  return asWord ? 'HIGH' : 401
}
