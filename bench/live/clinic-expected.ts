/**
 * Expected pages, computed from the log alone: its readings in order of arrival, and every five minutes each patient's level, slope and
 * step by the definitions of docs/reference/semantics.md, the glucose example's rules, and half an hour between two pages. Independent of kernel,
 * models and actions.
 */
import { Strings } from '../../src/columns/strings.ts'
import { Log } from '../../src/log/log.ts'
import { readDataFolder } from '../../src/log/sqlite/data-folder.ts'
import { ward } from './clinic-pipeline.ts'
import { RecentReadings } from './clinic-recent.ts'

const MINUTE = 60_000
const TICK = 5 * MINUTE
const COOLDOWN = 30 * MINUTE

export interface ExpectedPage {
  readonly patient: string
  /** Of the tick, UTC ms. */
  readonly t: number
  /** Of the newest reading: its time, and its planned arrival. */
  readonly newest: number
  readonly uploaded: number
  /** Has that reading arrived since the tick before? If not, it was decided on then, and this page is a reminder. */
  readonly isOfNews: boolean
}

export interface ExpectedDay {
  readonly pages: readonly ExpectedPage[]
  readonly readings: number
  /** Number of decisions at the ticks of the log. */
  readonly decisions: number
}

/**
 * Patients p0 to p(patients − 1). Throws unless the log has one tick every five minutes, from the first to the last, each after everything
 * that had arrived by then and before everything else.
 */
export function expectedIn(data: string, patients: number): ExpectedDay {
  const reader = readDataFolder(data)
  const strings = new Strings()
  const log = new Log(reader, { sources: ward.ir.sources, stringsOf: () => strings })
  const recent = new RecentReadings(patients)
  const paged = new Float64Array(patients).fill(-Infinity)
  const pages: ExpectedPage[] = []
  let [readings, decisions, last] = [0, 0, -Infinity]
  const isRead = (_: string, column: string): boolean => column !== 'id'
  for (const { sources, markers: marks } of log.segments(0, log.end, { stringsOf: () => strings, columnFilter: isRead })) {
    for (const { block } of sources) {
      const { patient, glucose, code, uploaded } = block.columns
      for (let row = 0; row < block.length; row++) {
        if (block.arrival[row] <= last) throw new Error(`a reading arrived at ${block.arrival[row]}, and stands behind the tick of ${last}`)
        const index = Number(strings.textOf(patient.values[row]).slice(1))
        recent.add(index, block.time[row], glucose.values[row], code.nulls?.[row] === 1, uploaded.values[row])
      }
      readings += block.length
    }
    strings.clear()
    for (const mark of marks) {
      if (mark.kind !== 'tick') continue
      const { t } = mark
      if (t % TICK !== 0 || (last > -Infinity && t !== last + TICK)) throw new Error(`a tick at ${t} behind one at ${last}`)
      for (let index = 0; index < patients; index++) {
        if (!recent.isWithin(index, t - 30 * MINUTE)) continue
        decisions++
        if (!isLow(recent, index, t) || t - paged[index] < COOLDOWN) continue
        paged[index] = t
        pages.push({ patient: `p${index}`, t, ...recent.newest(index), isOfNews: recent.isNews(index) })
      }
      recent.isKnown()
      last = t
    }
  }
  reader.close()
  return { pages, readings, decisions }
}

/** Is a patient with a reading of the last half hour low, or about to be? */
function isLow(recent: RecentReadings, index: number, t: number): boolean {
  const level = recent.level(index)
  const step = recent.stepSince(index, t - 10 * MINUTE)
  if (step !== null && step < -5) return false
  if (level < 70) return true
  const slope = recent.slopeSince(index, t - 20 * MINUTE)
  return slope !== null && slope <= -1 && level + slope * 20 < 70
}
