/** Counts of a generated clinic, which a pipeline must find in it. */
export interface Planted {
  /** All sent records: readings, duplicates and revisions. */
  records: number
  /** Measurements that were sent at least once. */
  readings: number
  /** Readings that were sent before, unchanged. */
  duplicates: number
  /** Readings whose value was replaced later. */
  revised: number
  /** Readings and revisions that arrived more than a day after they were measured. */
  late: number
  /** Readings and revisions older than another of the patient that had arrived before. */
  outOfOrder: number
  /** Readings that a phone kept while it was offline. */
  backfilled: number
  /** Steps without a measurement. */
  missing: number
  /** `LOW` and `HIGH`, and 39 and 401. */
  codesAsWords: number
  codesAsNumbers: number
  /** Falls below 70 mg/dL, and sudden drops that are the sensor's. */
  lows: number
  compressions: number
  /** Count of each event. */
  backfills: number
  resends: number
  revisions: number
  /** Phones that are offline at the end: their readings are never sent. */
  stillAway: number
}

export const nothingPlanted = (): Planted => ({
  records: 0,
  readings: 0,
  duplicates: 0,
  revised: 0,
  late: 0,
  outOfOrder: 0,
  backfilled: 0,
  missing: 0,
  codesAsWords: 0,
  codesAsNumbers: 0,
  lows: 0,
  compressions: 0,
  backfills: 0,
  resends: 0,
  revisions: 0,
  stillAway: 0,
})
