/**
 * Missing readings of a day: a function of (seed, patient, day). The shares of gaps are those of a real file of 200 patients: of the
 * intervals between readings 96.4 % are 5 min, 3.3 % up to 45 min, 0.28 % up to a day, one in 7,700 longer.
 */
import { PER_DAY, type Patient } from './body.ts'
import { chance, logBetween, mostlyFew } from '../chance.ts'

const purpose = { short: 11, long: 12 } as const

const SHORT = 0.033
const LONG = 0.0028
const DAYS = 0.00013
const DAYS_MAX = 3

/** 1 where a reading is missing. `times` multiplies the shares. */
export function missingOn(patient: Patient, day: number, times: number): Uint8Array {
  const missing = new Uint8Array(PER_DAY)
  if (times === 0) return missing
  mark(missing, patient, day, 0, times)
  if (day > 0) mark(missing, patient, day - 1, -PER_DAY, times)
  for (let back = 0; back <= Math.min(DAYS_MAX, day); back++) {
    const random = chance(patient.seed, patient.index, day - back, purpose.long)
    if (random() >= DAYS * PER_DAY * times) continue
    const from = Math.floor(random() * PER_DAY) - back * PER_DAY
    missing.fill(1, Math.max(0, from), Math.max(0, from + Math.round(logBetween(PER_DAY, DAYS_MAX * PER_DAY, random))))
  }
  return missing
}

/** Gaps of less than a day that begin on `day`, whose first step is the `at`-th of the current day. */
function mark(missing: Uint8Array, { seed, index }: Patient, day: number, at: number, times: number): void {
  const random = chance(seed, index, day, purpose.short)
  const any = (SHORT + LONG) * times
  for (let i = 0; i < PER_DAY; i++) {
    const draw = random()
    if (draw >= any) continue
    // Up to 45 min is one to eight readings; up to a day any larger number, mostly small.
    const length = draw < SHORT * times ? mostlyFew(1, 9, random) : mostlyFew(9, PER_DAY, random)
    missing.fill(1, Math.max(0, at + i), Math.max(0, at + i + length))
    i += length
  }
}
