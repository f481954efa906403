/**
 * The generated clinic in real time: it opens at noon of its first day, so that a seed has the same patients low whenever it is run.
 * Readings of the half hour before are sent at once, the others when they are due.
 */
import type { Sent } from './sent.ts'
import { usualShares } from './shares.ts'
import { Uploads } from './uploads.ts'

const NOON = 12 * 3600
const BEFORE = 30 * 60

export interface Arrival {
  /** UTC milliseconds. */
  readonly due: number
  /** A line of NDJSON without its end. */
  readonly line: string
}

/** All arrivals up to `seconds` after `opens` (UTC milliseconds), in order, without resent ones. Memory holds a day of each patient. */
export function* arrivals(patients: number, seed: number, opens: number, seconds: number): Generator<Arrival> {
  const uploads = new Uploads({ ...usualShares, patients, seed, days: 1, backfills: 0, resends: 0, revisions: 0 })
  const moment = (second: number): number => opens + (second - NOON) * 1000
  for (const batch of uploads.sent())
    for (const sent of batch) {
      if (sent.uploaded < NOON - BEFORE) continue
      if (sent.uploaded > NOON + seconds) return
      yield { due: moment(sent.uploaded), line: lineOf(sent, moment) }
    }
}

/** `uploaded` is for histories: the run stamps current arrivals itself. */
function lineOf({ patient, glucose, at, id }: Sent, moment: (second: number) => number): string {
  return JSON.stringify({ patient: `p${patient}`, glucose, at: new Date(moment(at)).toISOString(), id })
}
