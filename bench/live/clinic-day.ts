/**
 * A day of many patients for `bench clinic`: the glucose example's bodies and gaps, a reading every five minutes of each at its own second,
 * and the time of each arrival. A function of the seed.
 *
 * Nine readings of ten arrive within a minute, most others within three, and one in a hundred within three quarters of an hour, because its
 * phone was offline. (The shares are ours.) Memory: two bytes a reading.
 */
import { scrambled } from '../../examples/chance.ts'
import { glucoseOf, patientOf } from '../../examples/glucose/body.ts'
import { missingOn } from '../../examples/glucose/gaps.ts'
import { measured } from '../../examples/glucose/reading.ts'
import { isBeyond, STEP_SECONDS } from '../../examples/glucose/sent.ts'
import { usualShares } from '../../examples/glucose/shares.ts'

const SEED = 7
const MISSING = 0
const LATEST_SECONDS = 2700

export interface DayOptions {
  readonly patients: number
  /** Of the day, from its beginning on. */
  readonly hours: number
}

export class ClinicDay {
  /** Readings that will be sent. */
  readonly readings: number
  readonly #patients: number
  readonly #steps: number
  /** mg/dL by patient and step, as the sensor reports it. */
  readonly #glucose: Int16Array

  constructor({ patients, hours }: DayOptions) {
    this.#patients = patients
    this.#steps = (hours * 3600) / STEP_SECONDS
    this.#glucose = new Int16Array(patients * this.#steps)
    let readings = 0
    for (let index = 0; index < patients; index++) {
      const patient = patientOf(SEED, index)
      const values = glucoseOf(patient, 0, usualShares)
      const missing = missingOn(patient, 0, usualShares.gaps)
      for (let step = 0; step < this.#steps; step++) {
        if (missing[step] === 0) readings++
        this.#glucose[index * this.#steps + step] = missing[step] === 1 ? MISSING : saidOf(values[step])
      }
    }
    this.readings = readings
  }

  /** The lines that arrive in each second, from the first on. `start`: of the day, UTC ms. */
  *seconds(start: number): Generator<string[]> {
    const due: number[][] = Array.from({ length: RING }, () => [])
    const last = this.#steps * STEP_SECONDS + LATEST_SECONDS
    for (let second = 0; second <= last; second++) {
      if (second % STEP_SECONDS === 0 && second / STEP_SECONDS < this.#steps) this.#plan(second / STEP_SECONDS, due)
      const arriving = due[second % RING]
      due[second % RING] = []
      yield arriving.map(reading => this.#line(reading, start))
    }
  }

  /** Adds the readings of a step at their arrival. */
  #plan(step: number, due: readonly number[][]): void {
    for (let index = 0; index < this.#patients; index++) {
      const reading = index * this.#steps + step
      if (this.#glucose[reading] !== MISSING) due[(atOf(index, step) + delayOf(index, step)) % RING].push(reading)
    }
  }

  #line(reading: number, start: number): string {
    const index = Math.floor(reading / this.#steps)
    const step = reading - index * this.#steps
    const at = atOf(index, step)
    const { glucose, code } = measured(this.#glucose[reading])
    const codeField = code === null ? '' : `,"code":"${code}"`
    const uploaded = at + delayOf(index, step)
    return `{"patient":"p${index}","glucose":${glucose}${codeField},"at":${start + at * 1000},"uploaded":${start + uploaded * 1000},"id":"${reading}"}\n`
  }
}

/** Seconds of readings in flight at once. */
const RING = 2 * STEP_SECONDS + LATEST_SECONDS

const saidOf = (glucose: number): number => (isBeyond(glucose) ? (glucose < 40 ? 39 : 401) : glucose)

/** Time of the measurement, in seconds of the day. */
const atOf = (index: number, step: number): number => step * STEP_SECONDS + (scrambled(index) % STEP_SECONDS)

/** Seconds until the arrival. */
function delayOf(index: number, step: number): number {
  const drawn = scrambled(step ^ Math.imul(index, 0x9e3779b1))
  const share = drawn % 100
  const rest = (drawn / 100) | 0
  if (share < 90) return rest % 60
  return share < 99 ? 60 + (rest % 120) : 180 + (rest % (LATEST_SECONDS - 180))
}
