/**
 * Further data of the generated clinic: steps that a watch counts in a day, and symptoms in a diary. Two files of NDJSON, each in order of
 * arrival, for the patients and days of `generate.ts` with the same seed. Rates and sizes are invented; only the cause of symptoms, the
 * planted lows, is not random.
 *
 *     node diary.ts --patients 40 --days 5 --seed 7 --out .
 */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { between, chance, logBetween, normal } from '../chance.ts'
import { command } from '../command.ts'
import { eventsOf, patientOf } from './body.ts'
import { STEP_SECONDS } from './sent.ts'
import { usualShares } from './shares.ts'

export const kinds = ['shaky', 'sweating', 'dizzy', 'confused', 'tired'] as const

const usage = `usage: node diary.ts [options]

  --patients N      100 unless given
  --days N          2 unless given
  --seed N          1 unless given, as of generate.ts
  --start DATE      first day, UTC: 2026-01-05 unless given
  --out DIR         the folder for activity.ndjson and symptoms.ndjson`

interface Request {
  readonly patients: number
  readonly days: number
  readonly seed: number
  /** UTC midnight, ms. */
  readonly start: number
  readonly out: string
}

/** Seconds since the start. */
interface Entry {
  readonly patient: number
  readonly at: number
  readonly uploaded: number
}

export interface Activity extends Entry {
  readonly steps: number
}

export interface Symptom extends Entry {
  readonly kind: (typeof kinds)[number]
  /** 1 to 3. */
  readonly severity: number
}

const purpose = { person: 31, activity: 32, symptoms: 33 } as const
const DAY = 86_400
/** Days without a watch, lows with an entry, and days with a symptom but without a low. */
const unworn = 0.1
const noted = 0.5
const otherwise = 0.06

/** Throws `RangeError` that names the invalid option. */
export function requestOf(args: readonly string[]): Request {
  const names = ['patients', 'days', 'seed', 'start', 'out']
  const { values } = parseArgs({ args: [...args], options: Object.fromEntries(names.map(name => [name, { type: 'string' as const }])) })
  const number = (name: string, usual: number, max: number): number => {
    const number = values[name] === undefined ? usual : Number(values[name] === '' ? NaN : values[name])
    if (!Number.isInteger(number) || number < 0 || number > max)
      throw new RangeError(`--${name} ${values[name]} is no whole number from 0 to ${max}`)
    return number
  }
  const day = values['start'] ?? '2026-01-05'
  const start = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN
  if (Number.isNaN(start)) throw new RangeError(`--start ${day} is no day; write --start 2026-01-05`)
  if (values['out'] === undefined) throw new RangeError('name a folder: --out DIR')
  return {
    patients: number('patients', 100, 200_000),
    days: number('days', 2, 3650),
    seed: number('seed', 1, 2 ** 32 - 1),
    start,
    out: values['out'],
  }
}

/** Steps of a day: one number, sent in the evening. */
export function activityOf(seed: number, patient: number, day: number): Activity[] {
  const usual = logBetween(2000, 12_000, chance(seed, patient, purpose.person))
  const random = chance(seed, patient, day, purpose.activity)
  if (random() < unworn) return []
  const at = day * DAY + Math.floor(between(20.5, 22, random) * 3600)
  return [{ patient, steps: Math.round(usual * Math.exp(0.4 * normal(random))), at, uploaded: at + Math.floor(between(5, 600, random)) }]
}

/** Diary entries of a day: after a low, more often after a deep one, and occasionally without one. */
export function symptomsOf(seed: number, patient: number, day: number): Symptom[] {
  const random = chance(seed, patient, day, purpose.symptoms)
  const entry = (second: number, severity: number): Symptom => ({
    patient,
    kind: kinds[Math.floor(random() * kinds.length)],
    severity,
    at: second,
    uploaded: second + Math.floor(between(1, 120, random)),
  })
  const lows = eventsOf(patientOf(seed, patient), day, usualShares).excursions.filter(({ target }) => target < 70)
  const felt = lows
    .filter(() => random() < noted)
    .map(({ from, fall, target }) => {
      const second = day * DAY + (from + fall) * STEP_SECONDS + Math.floor(between(0, 1200, random))
      return entry(second, (target < 54 ? 2 : 1) + Number(random() < 0.4))
    })
  return random() < otherwise ? [...felt, entry(day * DAY + Math.floor(random() * DAY), 1)] : felt
}

export async function write({ patients, days, seed, start, out }: Request): Promise<number> {
  const everyDay = function* <T extends Entry>(of: (seed: number, patient: number, day: number) => T[]): Generator<T> {
    for (let day = 0; day < days; day++) {
      const entries: T[] = []
      for (let patient = 0; patient < patients; patient++) entries.push(...of(seed, patient, day))
      yield* entries.sort((a, b) => a.uploaded - b.uploaded || a.patient - b.patient)
    }
  }
  const moment = (second: number): string => new Date(start + second * 1000).toISOString()
  const lineOf = ({ patient, at, uploaded, ...rest }: Entry): string =>
    `${JSON.stringify({ patient: `p${patient}`, ...rest, at: moment(at), uploaded: moment(uploaded) })}\n`
  await lines(join(out, 'activity.ndjson'), everyDay(activityOf), lineOf)
  await lines(join(out, 'symptoms.ndjson'), everyDay(symptomsOf), lineOf)
  return 0
}

async function lines<T>(path: string, of: Iterable<T>, lineOf: (one: T) => string): Promise<void> {
  const output = createWriteStream(path)
  const failed = new Promise<never>((_, reject) => output.once('error', reject))
  const all = async (): Promise<void> => {
    for (const one of of) if (!output.write(lineOf(one))) await new Promise<void>(resolve => output.once('drain', resolve))
    await new Promise<void>(resolve => output.end(resolve))
  }
  await Promise.race([all(), failed])
}

if (import.meta.main) await command(usage, requestOf, write)
