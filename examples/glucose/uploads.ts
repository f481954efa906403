/**
 * The uploads of a clinic in order of arrival: each reading within a minute of its measurement, and resent ones (`resending.ts`).
 *
 * Deterministic, in ticks of five minutes. Memory is bounded by the number of patients, whatever the number of days: a day is computed
 * again when it is resent. `planted` counts all events.
 */
import { eventsOf, glucoseOf, patientOf, PER_DAY } from './body.ts'
import { chance, scrambled } from '../chance.ts'
import { missingOn } from './gaps.ts'
import { nothingPlanted, type Planted } from './planted.ts'
import { isAway, isHeld, measured, newestPageFirst, planDay, type Person, type Resending } from './resending.ts'
import { isBeyond, sentOf, STEP_SECONDS, type Sent } from './sent.ts'
import type { Shares } from './shares.ts'

export interface ClinicOptions extends Shares {
  readonly patients: number
  readonly days: number
  readonly seed: number
}

interface Due {
  readonly second: number
  readonly person: Person
  readonly resending: Resending
}

const purpose = { person: 21 } as const
const PHASE_MAX = 240
const DELAY_MAX = STEP_SECONDS - PHASE_MAX
const DAY_SECONDS = 86_400
/** Approximate number of records in a batch: few enough to die young. */
const BATCH = 1024

export class Uploads {
  readonly planted: Planted = nothingPlanted()
  readonly #options: ClinicOptions
  readonly #people: readonly Person[]
  /** Arrival of each patient's reading of the current tick, in seconds of the tick. */
  readonly #second: Uint16Array

  constructor(options: ClinicOptions) {
    this.#options = options
    this.#second = new Uint16Array(options.patients)
    this.#people = Array.from({ length: options.patients }, (_, index) => personOf(options, index))
  }

  /** All sent records in order, in parts of a tick. */
  *sent(): Generator<Sent[]> {
    const { days } = this.#options
    for (let day = 0; day < days; day++) {
      for (const person of this.#people) this.#begin(person, day)
      for (let step = day * PER_DAY; step < (day + 1) * PER_DAY; step++) yield* this.#tick(step)
    }
    this.planted.stillAway = this.#people.filter(({ away }) => away.some(({ to }) => to >= days * PER_DAY)).length
  }

  #begin(person: Person, day: number): void {
    const { excursions, compressions } = eventsOf(person, day, this.#options)
    this.planted.lows += excursions.filter(({ target }) => target < 70).length
    this.planted.compressions += compressions.length
    person.glucose = glucoseOf(person, day, this.#options)
    person.missing = missingOn(person, day, this.#options.gaps)
    planDay(person, day, this.#options)
  }

  *#tick(step: number): Generator<Sent[]> {
    let sent: Sent[] = []
    const due: Due[] = []
    for (const person of this.#people) {
      const { index, phase, random, resendings } = person
      this.#second[index] = phase + (scrambled(step ^ Math.imul(index, 0x9e3779b1)) % DELAY_MAX)
      while (resendings.length > 0 && resendings[0].step <= step)
        due.push({ second: Math.floor(random() * STEP_SECONDS), person, resending: resendings.shift()! })
    }
    due.sort((a, b) => a.second - b.second || a.person.index - b.person.index)
    let next = 0
    for (const index of inOrder(this.#second)) {
      const second = this.#second[index]
      while (next < due.length && due[next].second < second) this.#resend(due[next++], step, sent)
      this.#measure(this.#people[index], step, second, sent)
      if (sent.length < BATCH) continue
      yield sent
      sent = []
    }
    while (next < due.length) this.#resend(due[next++], step, sent)
    yield sent
  }

  #measure(person: Person, step: number, second: number, sent: Sent[]): void {
    const i = step % PER_DAY
    if (person.missing[i]) this.planted.missing++
    else if (!isAway(person, step)) this.#first(sentOf(person, step, person.glucose[i], step * STEP_SECONDS + second), sent)
  }

  /** A reading that was not sent before. */
  #first(record: Sent, sent: Sent[]): void {
    this.planted.readings++
    if (typeof record.glucose === 'string') this.planted.codesAsWords++
    else if (isBeyond(record.glucose)) this.planted.codesAsNumbers++
    this.#fresh(record, sent)
  }

  #fresh(record: Sent, sent: Sent[]): void {
    const person = this.#people[record.patient]
    this.planted.records++
    if (record.uploaded - record.at > DAY_SECONDS) this.planted.late++
    if (record.at < person.newest) this.planted.outOfOrder++
    person.newest = Math.max(person.newest, record.at)
    sent.push(record)
  }

  #resend({ second, person, resending }: Due, step: number, sent: Sent[]): void {
    const { kind } = resending
    const uploaded = step * STEP_SECONDS + second
    const readings = measured(person, resending, this.#options)
    if (kind === 'backfill') newestPageFirst(readings)
    this.planted[`${kind}s`]++
    for (const { at, glucose, smoothed } of readings) {
      const held = isHeld(person, at, resending)
      if (kind === 'revision') {
        if (held || smoothed === glucose) continue
        this.planted.revised++
        this.#fresh(sentOf(person, at, smoothed, uploaded, 1), sent)
      } else if (!held) {
        this.planted.records++
        this.planted.duplicates++
        sent.push(sentOf(person, at, glucose, uploaded))
      } else if (kind === 'backfill') {
        this.planted.backfilled++
        this.#first(sentOf(person, at, glucose, uploaded), sent)
      }
    }
  }
}

function personOf({ seed, withoutId }: ClinicOptions, index: number): Person {
  const random = chance(seed, index, purpose.person)
  return {
    ...patientOf(seed, index),
    random,
    phase: Math.floor(random() * PHASE_MAX),
    hasIds: random() >= withoutId,
    glucose: new Int16Array(0),
    missing: new Uint8Array(0),
    away: [],
    resendings: [],
    newest: -Infinity,
  }
}

/** Indices by second, then by index: a counting sort. */
function inOrder(second: Uint16Array): Uint32Array {
  const start = new Uint32Array(STEP_SECONDS + 1)
  for (let i = 0; i < second.length; i++) start[second[i] + 1]++
  for (let s = 1; s < start.length; s++) start[s] += start[s - 1]
  const order = new Uint32Array(second.length)
  for (let i = 0; i < second.length; i++) order[start[second[i]]++] = i
  return order
}
