/**
 * Judges sources that have stopped. A source has stopped if one of two rules holds, and stays so until its next record:
 *
 * 1. **Longest silence.** It is silent for 3 min, and for three times the longest silence in the last 24 h of samples; and neither
 *    yesterday nor a week ago was it silent at this time.
 * 2. **Same time a week ago**, for a source that is silent each night. It is silent for a span of 2, 4 or 8 h; the same span a week ago had
 *    records and no silence longer than a third of the span; and the span is three times the second longest silence in the last 24 h. The
 *    longest one is the night. Records that come at random have several long silences a day, so their second longest rules them out.
 *
 * - Only minutes in which the run was sampled count, so downtime is no silence. The present silence begins with this process.
 * - A source is judged once the last 24 h of samples have records in several separate hours: a backfill has no rhythm.
 * - In its first 24 h a run has seen no night, and opens a ticket at most. Rule 2 needs a week of samples: after less, a weekend looks like
 *   an outage. Its spans have at least 2 h, so that a change to summer time is no silence.
 *
 * Memory: 8 days of minutes for each source, 180 KB. Cost: a walk over those minutes for each source that is silent.
 */
import { durationText, limits, MINUTE_MS, HOUR_MS, DAY_MS } from '../../base/index.ts'
import type { Alert } from './alert.ts'

const [DAY_MINUTES, KEPT_MINUTES] = [DAY_MS / MINUTE_MS, limits.SERIES_POINTS_KEPT_MS / MINUTE_MS]
const SILENT_MINUTES_MIN = 3
/** A silence is longer than usual from so many times the longest usual one, and a minute each. */
const SILENCE_FACTOR = 3
/** Lengths of silences that are compared with the same time a week ago, minutes. */
const comparedMinutes = [120, 240, 480]
const WEEK_MINUTES = 7 * DAY_MINUTES

/** A number for each of the last minutes that has one. */
class MinuteCounts {
  readonly #minutes = new Float64Array(KEPT_MINUTES).fill(-1)
  readonly #counts = new Float64Array(KEPT_MINUTES)

  add(minute: number, count: number): void {
    const slot = minute % KEPT_MINUTES
    if (this.#minutes[slot] !== minute) this.#counts[slot] = 0
    this.#minutes[slot] = minute
    this.#counts[slot] = this.#counts[slot] + count
  }

  at(minute: number): number {
    const slot = minute % KEPT_MINUTES
    return this.#minutes[slot] === minute ? this.#counts[slot] : 0
  }
}

/** The condition of a source that has stopped. */
export type StoppedSource = Pick<Alert, 'cause' | 'subject' | 'severity' | 'summary'>

interface SourceState {
  readonly records: MinuteCounts
  /** The minute of the last record. */
  last: number
  /** Sampled minutes of this process since the last record, the present one included. */
  silence: number
  /** Its condition while it has stopped. */
  stopped?: Pick<StoppedSource, 'severity' | 'summary'> | undefined
}

export class StoppedSources {
  readonly #sampled = new MinuteCounts()
  readonly #sources = new Map<string, SourceState>()
  #minute = -1
  /** The first sampled minute that is known. */
  #first = Infinity

  /** Counts a sample, before its records. Those of earlier processes are `isStored`. */
  addSample(at: number, isStored: boolean): void {
    const minute = Math.floor(at / MINUTE_MS)
    if (minute === this.#minute) return
    this.#minute = minute
    this.#first = Math.min(this.#first, minute)
    this.#sampled.add(minute, 1)
    if (!isStored) for (const state of this.#sources.values()) state.silence++
  }

  /** Counts records, whatever became of them. */
  addRecords(source: string, at: number, count: number): void {
    const state = this.#stateOf(source)
    state.last = Math.floor(at / MINUTE_MS)
    state.records.add(state.last, count)
    state.silence = 0
    state.stopped = undefined
  }

  /** Continues an alert of an earlier process. */
  resume(source: string, { severity, summary }: Pick<StoppedSource, 'severity' | 'summary'>): void {
    this.#stateOf(source).stopped = { severity, summary }
  }

  /** Judges the sources at `now`, UTC ms, and returns those that have stopped. */
  judge(now: number): StoppedSource[] {
    const minute = Math.floor(now / MINUTE_MS)
    return [...this.#sources].flatMap(([source, state]): StoppedSource[] => {
      if (state.stopped === undefined) {
        const summary = this.#stoppedText(source, state, minute)
        if (summary === undefined) return []
        state.stopped = { severity: this.#first > minute - DAY_MINUTES ? 'ticket' : 'page', summary }
      }
      return [{ cause: 'source-stopped', subject: { kind: 'source', name: source }, ...state.stopped }]
    })
  }

  #stateOf(source: string): SourceState {
    let state = this.#sources.get(source)
    if (!state) this.#sources.set(source, (state = { records: new MinuteCounts(), last: 0, silence: 0 }))
    return state
  }

  #stoppedText(source: string, state: SourceState, minute: number): string | undefined {
    if (state.silence <= SILENT_MINUTES_MIN) return undefined
    const { longestSilence, secondLongestSilence, records, hours } = this.#rhythm(state)
    // A silence of so many whole minutes may have lasted almost two more.
    const silent = SILENCE_FACTOR * (longestSilence + 1)
    if (hours < limits.SOURCE_HOURS_MIN || records < limits.SOURCE_RECORDS_MIN) return undefined
    const isMissed = (minutes: number): boolean =>
      state.silence > minutes &&
      minutes >= SILENCE_FACTOR * (secondLongestSilence + 1) &&
      this.#wasBusy(state, minute - WEEK_MINUTES, minutes)
    const weekly = comparedMinutes.find(isMissed)
    if (weekly !== undefined)
      return `source '${source}' has no records for ${durationText(weekly * MINUTE_MS)}; it had some at the same time a week ago`
    if (state.silence <= silent) return undefined
    if (this.#isQuiet(state, minute - DAY_MINUTES, silent) || this.#isQuiet(state, minute - WEEK_MINUTES, silent)) return undefined
    const usual = longestSilence === 0 ? 'less than a minute' : durationText(longestSilence * MINUTE_MS)
    return `source '${source}' has no records for ${durationText(silent * MINUTE_MS)}; its longest silence in a day of samples was ${usual}`
  }

  /** Did the minutes up to an earlier one have records, in a rhythm to which a silence of their length would be unusual? */
  #wasBusy({ records }: SourceState, until: number, minutes: number): boolean {
    let run = 0
    for (let minute = until; minute > until - minutes; minute--) {
      run = records.at(minute) > 0 ? 0 : run + 1
      if (SILENCE_FACTOR * run >= minutes) return false
    }
    return true
  }

  /** The two longest silences between records, and the records and their hours, in the last 24 h of sampled minutes and the silence at their begin. */
  #rhythm({ records, last }: SourceState): Record<'longestSilence' | 'secondLongestSilence' | 'records' | 'hours', number> {
    const hours = new Set<number>()
    let [longestSilence, secondLongestSilence, run, count] = [0, 0, 0, 0]
    for (let minute = last, sampled = 0; (sampled < DAY_MINUTES || run > 0) && minute > this.#minute - KEPT_MINUTES; minute--) {
      if (this.#sampled.at(minute) === 0) continue
      sampled++
      const inMinute = records.at(minute)
      if (inMinute === 0) {
        run++
        continue
      }
      // Only silences between two records count: before the first one there was no source.
      secondLongestSilence = Math.max(secondLongestSilence, Math.min(longestSilence, run))
      longestSilence = Math.max(longestSilence, run)
      run = 0
      count += inMinute
      hours.add(Math.floor((minute * MINUTE_MS) / HOUR_MS))
    }
    return { longestSilence, secondLongestSilence, records: count, hours: hours.size }
  }

  /** Did the minutes after an earlier time have no records, while the run was sampled in most of them? */
  #isQuiet({ records }: SourceState, from: number, minutes: number): boolean {
    let sampled = 0
    for (let minute = from + 1; minute <= from + minutes; minute++) {
      if (records.at(minute) > 0) return false
      sampled += Math.min(1, this.#sampled.at(minute))
    }
    return sampled > minutes / 2
  }
}
