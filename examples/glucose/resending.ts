/**
 * Schedule of resent readings.
 *
 * - A phone that is offline keeps its readings, and sends them when it is back, newest page first, with days of readings that it had sent
 * before.
 * - A cloud sends the day so far again, and once more later.
 * - A cloud replaces a day's values by smoothed ones on the next day.
 */
import { glucoseOf, PER_DAY, type Patient } from './body.ts'
import { mostlyFew, type Chance } from '../chance.ts'
import { missingOn } from './gaps.ts'
import { isBeyond, type Sender } from './sent.ts'
import type { Shares } from './shares.ts'

/** From the step at which the phone goes offline to that at which it is back. */
export interface Away {
  readonly from: number
  readonly to: number
}

/** Steps since the start: the time, and the readings, [from, to). */
export interface Resending {
  readonly kind: 'backfill' | 'resend' | 'revision'
  readonly step: number
  readonly from: number
  readonly to: number
}

/** A patient with a phone, today. */
export interface Person extends Patient, Sender {
  readonly random: Chance
  /** Today's values, and the missing ones. */
  glucose: Int16Array
  missing: Uint8Array
  away: Away[]
  /** Future ones, in order of step. */
  resendings: Resending[]
  /** Time of the newest reading sent so far. */
  newest: number
}

export interface Measurement {
  /** Step since the start. */
  readonly at: number
  readonly glucose: number
  readonly smoothed: number
}

/** A phone keeps 30 days. */
const RETAINED = 30 * PER_DAY
const PAGE = 36

/** Draws the readings of a day that will be resent. */
export function planDay(person: Person, day: number, { backfills, resends, revisions }: Shares): void {
  const { random } = person
  const today = day * PER_DAY
  person.away = person.away.filter(({ to }) => to > today - RETAINED)
  if (random() < backfills) goAway(person, today + anyStep(random))
  if (random() < resends) {
    const first = anyStep(random)
    const second = first + Math.floor(random() * (PER_DAY - first))
    for (const step of [first, second]) person.resendings.push({ kind: 'resend', step: today + step, from: today, to: today + step })
  }
  if (random() < revisions)
    person.resendings.push({ kind: 'revision', step: today + PER_DAY + anyStep(random), from: today, to: today + PER_DAY })
  person.resendings.sort((a, b) => a.step - b.step)
}

/** Offline for ten minutes to thirty days, mostly short; when back, the phone resends as much again. */
function goAway({ random, away, resendings }: Person, from: number): void {
  const to = from + mostlyFew(2, RETAINED, random)
  const more = mostlyFew(12, RETAINED, random)
  if (away.some(other => from <= other.to)) return
  away.push({ from, to })
  resendings.push({ kind: 'backfill', step: to, from: Math.max(0, from - more, to - RETAINED), to })
}

export function isAway({ away }: Person, step: number): boolean {
  for (const { from, to } of away) if (from <= step && step < to) return true
  return false
}

/** Is the reading only on the phone when others are resent? A back-fill brings it; every other resending leaves it out. */
export function isHeld({ away }: Person, at: number, { kind, step }: Resending): boolean {
  return away.some(({ from, to }) => from <= at && at < to && (kind === 'backfill' ? to === step : to >= step))
}

/** Measurements between two steps, by time; computed again. */
export function measured(person: Person, { from, to }: Resending, shares: Shares): Measurement[] {
  const found: Measurement[] = []
  for (let day = Math.floor(from / PER_DAY); day * PER_DAY < to; day++) {
    const glucose = glucoseOf(person, day, shares)
    const missing = missingOn(person, day, shares.gaps)
    for (let i = Math.max(0, from - day * PER_DAY); i < Math.min(PER_DAY, to - day * PER_DAY); i++)
      if (!missing[i]) found.push({ at: day * PER_DAY + i, glucose: glucose[i], smoothed: smoothed(glucose, i) })
  }
  return found
}

/** The mean of three readings of a day, if the sensor could measure all of them. */
function smoothed(glucose: Int16Array, i: number): number {
  const mean = Math.round((glucose[Math.max(0, i - 1)] + 2 * glucose[i] + glucose[Math.min(PER_DAY - 1, i + 1)]) / 4)
  return isBeyond(glucose[i]) || isBeyond(mean) ? glucose[i] : mean
}

export function newestPageFirst(readings: Measurement[]): void {
  const pages: Measurement[][] = []
  for (let i = 0; i < readings.length; i += PAGE) pages.unshift(readings.slice(i, i + PAGE))
  readings.splice(0, readings.length, ...pages.flat())
}

const anyStep = (random: Chance): number => Math.floor(random() * PER_DAY)
