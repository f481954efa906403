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
  /** The same each time that a reading is sent; each version has its own. */
  readonly id: string | undefined
}

export interface Sender {
  readonly index: number
  /** Seconds by which its readings are off the tick. */
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

/** What a sensor cannot measure. */
export const isBeyond = (glucose: number): boolean => glucose < 40 || glucose > 400

/** Half of them as words, half as numbers, and always the same for one reading. */
function codeOf(glucose: number, reading: number): number | 'LOW' | 'HIGH' {
  const asWord = scrambled(reading) % 2 === 0
  if (glucose < 40) return asWord ? 'LOW' : 39
  return asWord ? 'HIGH' : 401
}
