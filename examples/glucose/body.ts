/**
 * Glucose of one patient on one day, every five minutes, as a sensor measures it: a daily rhythm, meals, lows, periods beyond the sensor's
 * range, compression of the sensor at night, and sensor noise. A function of (seed, patient, day) only.
 *
 * Meals follow simglucose (MIT): their hours, probabilities and grams; so does the noise, autoregressive (0.7) through a Johnson SU
 * distribution on a grid of 15 minutes. The rest is invented to resemble glucose. Costs about 20 µs a day.
 */
import { between, chance, normal, type Chance } from '../chance.ts'

export const STEP_MINUTES = 5
export const PER_DAY = 1440 / STEP_MINUTES

/** Shares of patient-days with a planted event. */
export interface BodyShares {
  /** A fall below 70 mg/dL. */
  readonly lows: number
  /** Beyond the range of the sensor, below 40 or above 400. */
  readonly extremes: number
  /** A sudden drop and rebound at night, of the sensor and not of the body. */
  readonly compressions: number
}

export interface Patient {
  readonly seed: number
  readonly index: number
  /** mg/dL to which glucose returns. */
  readonly base: number
  /** mg/dL that a gram of carbohydrates adds. */
  readonly perGram: number
  /** Amplitude of the daily rhythm, and its peak in steps after midnight. */
  readonly swing: number
  readonly peak: number
}

/** Glucose leaves its course for a target, and returns. In steps of the day. */
export interface Excursion {
  readonly from: number
  readonly fall: number
  readonly hold: number
  readonly recover: number
  /** mg/dL. */
  readonly target: number
}

export interface Compression {
  readonly from: number
  readonly length: number
  /** mg/dL. */
  readonly drop: number
}

/** Purposes of the random streams. */
const purpose = { patient: 1, meals: 2, events: 3, noise: 4 } as const

const RISE = 60 / STEP_MINUTES
const MEAL_STEPS = 72
const mealShape = Float64Array.from({ length: MEAL_STEPS }, (_, i) => (i / RISE) * Math.exp(1 - i / RISE))
const rhythm = Float64Array.from({ length: PER_DAY }, (_, i) => Math.cos((2 * Math.PI * i) / PER_DAY))
const meals: readonly (readonly [hour: number, probability: number, grams: number])[] = [
  [7, 0.95, 45],
  [9.5, 0.3, 10],
  [12, 0.95, 70],
  [15, 0.3, 10],
  [18, 0.95, 80],
  [21.5, 0.3, 10],
]

export function patientOf(seed: number, index: number): Patient {
  const random = chance(seed, index, purpose.patient)
  return {
    seed,
    index,
    base: between(105, 150, random),
    perGram: between(0.6, 1.5, random),
    swing: between(3, 15, random),
    peak: Math.floor(random() * PER_DAY),
  }
}

/** The planted events of a day. */
export function eventsOf(patient: Patient, day: number, shares: BodyShares): { excursions: Excursion[]; compressions: Compression[] } {
  const random = chance(patient.seed, patient.index, day, purpose.events)
  const excursions: Excursion[] = []
  const plant = (target: number, holdMax: number): void => {
    const shape = { fall: steps(9, 18, random), hold: steps(3, holdMax, random), recover: steps(6, 12, random) }
    const from = Math.floor(random() * (PER_DAY - shape.fall - shape.hold - shape.recover))
    excursions.push({ from, ...shape, target })
  }
  if (random() < shares.lows) plant(between(44, 64, random), 9)
  if (random() < shares.extremes) plant(random() < 0.5 ? 20 : 440, 6)
  const compressions: Compression[] = []
  if (random() < shares.compressions)
    compressions.push({ from: steps(0, 60, random), length: steps(3, 8, random), drop: between(40, 70, random) })
  return { excursions, compressions }
}

/** Whole mg/dL, one a step; also outside 40 to 400. */
export function glucoseOf(patient: Patient, day: number, shares: BodyShares): Int16Array {
  const values = new Float64Array(PER_DAY)
  for (let i = 0; i < PER_DAY; i++) values[i] = patient.swing * rhythm[(i - patient.peak + PER_DAY) % PER_DAY]
  if (day > 0) addMeals(values, patient, day - 1, -PER_DAY)
  addMeals(values, patient, day, 0)
  for (let i = 0; i < PER_DAY; i++) values[i] += patient.base
  const { excursions, compressions } = eventsOf(patient, day, shares)
  for (const excursion of excursions) leave(values, excursion)
  addNoise(values, patient, day)
  for (const { from, length, drop } of compressions) for (let i = from; i < from + length; i++) values[i] -= drop
  const whole = new Int16Array(PER_DAY)
  for (let i = 0; i < PER_DAY; i++) whole[i] = Math.round(values[i])
  return whole
}

function addMeals(values: Float64Array, { seed, index, perGram }: Patient, day: number, at: number): void {
  const random = chance(seed, index, day, purpose.meals)
  for (const [hour, probability, grams] of meals) {
    const eaten = random() < probability
    const from = at + Math.round((hour * 60 + between(-30, 30, random)) / STEP_MINUTES)
    const height = grams * between(0.7, 1.3, random) * perGram
    if (!eaten) continue
    const to = Math.min(from + MEAL_STEPS, PER_DAY)
    for (let i = Math.max(0, from); i < to; i++) values[i] += height * mealShape[i - from]
  }
}

function leave(values: Float64Array, { from, fall, hold, recover, target }: Excursion): void {
  for (let i = 0; i < fall + hold + recover; i++) {
    const there = i < fall ? smooth(i / fall) : i < fall + hold ? 1 : smooth((fall + hold + recover - i) / recover)
    values[from + i] += (target - values[from + i]) * there
  }
}

const smooth = (x: number): number => x * x * (3 - 2 * x)
const steps = (low: number, high: number, random: Chance): number => Math.floor(between(low, high + 1, random))

/** Johnson SU. */
const gamma = -0.5444
const lambda = 15.9574
const delta = 1.6898
const xi = -5.47
const AR = 0.7
const GRID = 3
const BLOCK = 16
const BLOCKS_PER_DAY = PER_DAY / GRID / BLOCK

/** The normals of the grid come in blocks with a stream each; the block before the day warms the process up, to 0.3 % of its past. */
function addNoise(values: Float64Array, { seed, index }: Patient, day: number): void {
  let error = 0
  let before = 0
  for (let block = -1; block <= BLOCKS_PER_DAY; block++) {
    const random = chance(seed, index, day * BLOCKS_PER_DAY + block, purpose.noise)
    for (let k = 0; k < (block < BLOCKS_PER_DAY ? BLOCK : 1); k++) {
      error = AR * (error + normal(random))
      const noise = xi + lambda * Math.sinh((error - gamma) / delta)
      const at = (block * BLOCK + k) * GRID
      if (at > 0) for (let i = 0; i < GRID; i++) values[at - GRID + i] += before + ((noise - before) * i) / GRID
      before = noise
    }
  }
}
