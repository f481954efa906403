/** Time series of a data folder: events, decisions, ages, effects, load and disk over time, as a run has sampled them. */
import {
  lastDeployment,
  lastSampleNumber,
  type NumberedSample,
  oldestSampleNumber,
  readSeries,
  samplesAfter,
  type SeriesMarker,
  seriesMarkers,
  type SeriesQuery,
  type SeriesRange,
} from '../monitor/series/index.ts'
import { storedAlerts } from '../monitor/alerts/index.ts'
import type { Alert } from '../monitor/index.ts'
import { type RunCapacity, runCapacity } from './capacity.ts'
import { type FolderLog, lastPipeline } from './folder-log.ts'

/** Series of a range, and what happened in it. */
export interface MarkedSeries extends SeriesRange {
  readonly markers: readonly SeriesMarker[]
}

/** The time series of one folder. */
export class FolderSeries {
  readonly #log: FolderLog

  constructor(log: FolderLog) {
    this.#log = log
  }

  /**
   * Series of a range with markers. `alerts`: those in the memory of a monitor; without one the stored alerts are parsed. Cost: decodes the blocks of the range. Throws as
   * `readSeries` does.
   */
  read(query: SeriesQuery, alerts: readonly Alert[] = storedAlerts(this.#log)): MarkedSeries {
    const range = readSeries(this.#log, query)
    return { ...range, markers: seriesMarkers(this.#log, lastPipeline(this.#log)?.ir, range.from, alerts) }
  }

  /** The capacity of the run as of its last sample; undefined without a sample. Cost: decodes the samples of a day. */
  capacity = (): RunCapacity | undefined => runCapacity(this.#log)

  /** Time of the last start with changed definitions, UTC ms; `undefined` if none is stored. */
  lastDeployment = (): number | undefined => lastDeployment(this.#log)

  /** The number of the newest sample; 0 if there is none. */
  lastNumber = (): number => lastSampleNumber(this.#log)

  /** Number of the oldest sample after which none is missing. */
  oldestNumber = (): number => oldestSampleNumber(this.#log)

  /** The next stored samples after a number, in order: those of one block, or none. */
  samplesAfter = (number: number): NumberedSample[] => samplesAfter(this.#log, number)
}
