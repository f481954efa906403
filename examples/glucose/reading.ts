/**
 * Maps an upload to a reading. A sensor measures 40 to 400 mg/dL; outside it reports LOW or HIGH, in words or as 39 and 401. Such a reading
 * keeps its word in `code` and has the value 39 or 401, so that it counts as low or high; it is a bound and not a measurement.
 *
 * An upload without an id is identified by its time and value: clouds and phones resend the same reading.
 */

/** As in NDJSON; in CSV the glucose is text. */
export interface Upload {
  readonly patient: string
  /** mg/dL, `LOW` or `HIGH`. */
  readonly glucose: number | string
  /** Time of the measurement. */
  readonly at: string
  /** Time of arrival; default: the time of the measurement. */
  readonly uploaded?: string
  readonly id?: string
}

export interface Measured {
  readonly glucose: number | string
  readonly code: 'LOW' | 'HIGH' | null
}

export function reading({ patient, glucose, at, uploaded = at, id = `${at}=${glucose}` }: Upload) {
  return { patient, ...measured(glucose), at, uploaded, id }
}

/** Other values are left as they are, for the bounds of the column to reject. */
export function measured(glucose: number | string): Measured {
  const value = typeof glucose === 'string' && glucose !== '' ? Number(glucose) : glucose
  if (glucose === 'LOW' || (Number(value) >= 10 && Number(value) < 40)) return { glucose: 39, code: 'LOW' }
  if (glucose === 'HIGH' || (Number(value) > 400 && Number(value) <= 600)) return { glucose: 401, code: 'HIGH' }
  return { glucose, code: null }
}
