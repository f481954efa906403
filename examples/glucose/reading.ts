/**
 * What was uploaded, as a reading. A sensor measures 40 to 400 mg/dL; outside it says LOW or HIGH, in words or as 39 and 401. Such a reading
 * keeps its word in `code` and stands at 39 or 401, so that it counts as low or high; it is a bound and not a measurement.
 *
 * Where an upload gives no id, its time and value are one: clouds and phones send the same reading again and again.
 */

/** As NDJSON holds it; in CSV the glucose is text. */
export interface Upload {
  readonly patient: string
  /** mg/dL, `LOW` or `HIGH`. */
  readonly glucose: number | string
  /** When it was measured. */
  readonly at: string
  /** When it arrived; with its time unless given. */
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

/** What is no glucose at all is left as it is, for the column's bounds to refuse. */
export function measured(glucose: number | string): Measured {
  const value = typeof glucose === 'string' && glucose !== '' ? Number(glucose) : glucose
  if (glucose === 'LOW' || (Number(value) >= 10 && Number(value) < 40)) return { glucose: 39, code: 'LOW' }
  if (glucose === 'HIGH' || (Number(value) > 400 && Number(value) <= 600)) return { glucose: 401, code: 'HIGH' }
  return { glucose, code: null }
}
