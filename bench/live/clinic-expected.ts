/**
 * Who had to be paged, found from the log alone: its readings in the order in which they had arrived, and at each five minutes each patient's level, slope and step as
 * docs/semantics.md defines them, the glucose example's rules, and half an hour between two pages. Written for this, with nothing of kernel, models or actions.
 */
import { Strings } from '../../src/columns/strings.ts'
import { Log } from '../../src/log/log.ts'
import { readFolder } from '../../src/log/sqlite/data-folder.ts'
import { ward } from './clinic-pipeline.ts'

const MINUTE = 60_000
const TICK = 5 * MINUTE
const COOLDOWN = 30 * MINUTE
/** More than half an hour of a patient's readings. */
const KEPT = 10

export interface ExpectedPage {
  readonly patient: string
  /** Of the tick, UTC ms. */
  readonly t: number
  /** Of the newest reading: when it was measured, and when it was to arrive. */
  readonly newest: number
  readonly uploaded: number
}

export interface Expected {
  readonly pages: readonly ExpectedPage[]
  readonly readings: number
  /** Ticks that the log has, and the decisions that are to be made at them. */
  readonly ticks: number
  readonly decisions: number
}

/** Throws if ticks of the log are not one each five minutes, from the first to the last, each behind what had arrived by then and before all else. */
export function expectedIn(data: string): Expected {
  const reader = readFolder(data)
  const strings = new Strings()
  const { sources } = ward.ir
  const log = new Log(reader, { sources, stringsOf: () => strings })
  const patients = new Map<string, Patient>()
  const pages: ExpectedPage[] = []
  let [readings, ticks, decisions, last] = [0, 0, 0, NaN]
  for (const { sources: ofSegment, marks } of log.segments(0, log.end, { stringsOf: () => strings })) {
    for (const { block } of ofSegment) {
      const { patient, glucose, code, uploaded } = block.columns
      for (let row = 0; row < block.length; row++) {
        if (block.arrival[row] <= last) throw new Error(`a reading arrived at ${block.arrival[row]}, and stands behind the tick of ${last}`)
        const of = patientOf(strings.textOf(patient.values[row]), patients)
        const isMeasured = code.nulls?.[row] === 1
        of.add({ at: block.time[row], tenths: glucose.values[row], isMeasured, uploaded: uploaded.values[row] })
      }
      readings += block.length
    }
    strings.clear()
    for (const mark of marks) {
      if (mark.kind !== 'tick') continue
      if (mark.t % TICK !== 0 || (ticks > 0 && mark.t !== last + TICK)) throw new Error(`a tick at ${mark.t} behind one at ${last}`)
      last = mark.t
      ticks++
      for (const patient of patients.values()) {
        if (!patient.isLive(last)) continue
        decisions++
        if (patient.isPaged(last)) pages.push({ patient: patient.name, t: last, ...patient.newest })
      }
    }
  }
  reader.close()
  return { pages, readings, ticks, decisions }
}

function patientOf(name: string, patients: Map<string, Patient>): Patient {
  const known = patients.get(name)
  if (known) return known
  const patient = new Patient(name)
  patients.set(name, patient)
  return patient
}

interface Reading {
  readonly at: number
  /** Of a mg/dL. */
  readonly tenths: number
  /** Not beyond what the sensor can measure. */
  readonly isMeasured: boolean
  readonly uploaded: number
}

class Patient {
  readonly name: string
  /** In order of time. */
  readonly #readings: Reading[] = []
  #paged = -Infinity

  constructor(name: string) {
    this.name = name
  }

  add(reading: Reading): void {
    const readings = this.#readings
    let to = readings.length
    while (to > 0 && readings[to - 1].at > reading.at) to--
    readings.splice(to, 0, reading)
    if (readings.length > KEPT) readings.shift()
  }

  get newest(): Pick<ExpectedPage, 'newest' | 'uploaded'> {
    const { at: newest, uploaded } = this.#readings.at(-1)!
    return { newest, uploaded }
  }

  /** Has it a reading of the last half hour? */
  isLive(t: number): boolean {
    return this.#readings.at(-1)!.at >= t - 30 * MINUTE
  }

  /** Of one who is live: remembers that it was. */
  isPaged(t: number): boolean {
    if (!this.#isLow(t) || t - this.#paged < COOLDOWN) return false
    this.#paged = t
    return true
  }

  #isLow(t: number): boolean {
    const level = this.#readings.at(-1)!.tenths / 10
    const step = stepOf(this.#readings, t)
    if (step !== null && step < -5) return false
    if (level < 70) return true
    const slope = slopeOf(this.#readings, t)
    return slope !== null && slope <= -1 && level + slope * 20 < 70
  }
}

/** mg/dL a minute between the first and the last of ten minutes. */
function stepOf(readings: readonly Reading[], t: number): number | null {
  const first = readings.find(({ at }) => at >= t - 10 * MINUTE)
  const last = readings.at(-1)!
  if (first === undefined || last.at === first.at) return null
  return ((last.tenths - first.tenths) * MINUTE) / (last.at - first.at) / 10
}

/** The same by least squares over what was measured in twenty minutes. Sums of integers, so that nothing is rounded before the end. */
function slopeOf(readings: readonly Reading[], t: number): number | null {
  let [n, sumT, sumX, sumTX, sumTT] = [0, 0, 0, 0, 0]
  for (const { at, tenths, isMeasured } of readings) {
    if (at < t - 20 * MINUTE || !isMeasured) continue
    const before = at - t
    n++
    sumT += before
    sumX += tenths
    sumTX += before * tenths
    sumTT += before * before
  }
  const below = n * sumTT - sumT * sumT
  return n < 2 || below === 0 ? null : ((n * sumTX - sumT * sumX) * MINUTE) / below / 10
}
