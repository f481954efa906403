/**
 * The newest readings of each patient, in order of time, for the check of `bench clinic`: a row of numbers a patient, since there are many.
 */
const MINUTE = 60_000
/** More than half an hour of a patient's readings. */
const READINGS_MAX = 10

export class RecentReadings {
  /** Rows of `KEPT`, the newest last; missing ones are long ago. */
  readonly #at: Float64Array
  readonly #uploaded: Float64Array
  /** Tenths of a mg/dL. */
  readonly #tenths: Int16Array
  /** 1 if it is within the range of the sensor. */
  readonly #isMeasured: Uint8Array
  readonly #newest: Float64Array
  readonly #isNews: Uint8Array

  constructor(patients: number) {
    this.#at = new Float64Array(patients * READINGS_MAX).fill(-Infinity)
    this.#uploaded = new Float64Array(patients * READINGS_MAX)
    this.#tenths = new Int16Array(patients * READINGS_MAX)
    this.#isMeasured = new Uint8Array(patients * READINGS_MAX)
    this.#newest = new Float64Array(patients).fill(-Infinity)
    this.#isNews = new Uint8Array(patients)
  }

  /** After readings of the same time. */
  add(patient: number, at: number, tenths: number, isMeasured: boolean, uploaded: number): void {
    const oldest = patient * READINGS_MAX
    let to = oldest + READINGS_MAX - 1
    while (to >= oldest && this.#at[to] > at) to--
    // A reading without a place among them is older than any query.
    if (to < oldest) return
    for (let i = oldest; i < to; i++) {
      this.#at[i] = this.#at[i + 1]
      this.#uploaded[i] = this.#uploaded[i + 1]
      this.#tenths[i] = this.#tenths[i + 1]
      this.#isMeasured[i] = this.#isMeasured[i + 1]
    }
    this.#at[to] = at
    this.#uploaded[to] = uploaded
    this.#tenths[to] = tenths
    this.#isMeasured[to] = Number(isMeasured)
    if (to < oldest + READINGS_MAX - 1) return
    this.#newest[patient] = at
    this.#isNews[patient] = 1
  }

  /** Marks all readings as decided on. */
  isKnown(): void {
    this.#isNews.fill(0)
  }

  /** Has the newest reading arrived since `isKnown`? */
  isNews(patient: number): boolean {
    return this.#isNews[patient] === 1
  }

  isWithin(patient: number, since: number): boolean {
    return this.#newest[patient] >= since
  }

  newest(patient: number): { newest: number; uploaded: number } {
    const last = patient * READINGS_MAX + READINGS_MAX - 1
    return { newest: this.#at[last], uploaded: this.#uploaded[last] }
  }

  /** mg/dL of the newest. */
  level(patient: number): number {
    return this.#tenths[patient * READINGS_MAX + READINGS_MAX - 1] / 10
  }

  /** mg/dL a minute from the first reading since then to the last; `null` if they are the same. */
  stepSince(patient: number, since: number): number | null {
    const last = patient * READINGS_MAX + READINGS_MAX - 1
    const first = this.#firstSince(patient, since)
    if (first > last || this.#at[last] === this.#at[first]) return null
    return ((this.#tenths[last] - this.#tenths[first]) * MINUTE) / (this.#at[last] - this.#at[first]) / 10
  }

  /** The same by least squares over the measurements since then. Sums of integers, so that nothing is rounded before the end. */
  slopeSince(patient: number, since: number): number | null {
    let [n, sumT, sumX, sumTX, sumTT] = [0, 0, 0, 0, 0]
    for (let i = this.#firstSince(patient, since); i < (patient + 1) * READINGS_MAX; i++) {
      if (this.#isMeasured[i] === 0) continue
      const after = this.#at[i] - since
      n++
      sumT += after
      sumX += this.#tenths[i]
      sumTX += after * this.#tenths[i]
      sumTT += after * after
    }
    const below = n * sumTT - sumT * sumT
    return n < 2 || below === 0 ? null : ((n * sumTX - sumT * sumX) * MINUTE) / below / 10
  }

  #firstSince(patient: number, since: number): number {
    let first = (patient + 1) * READINGS_MAX
    while (first > patient * READINGS_MAX && this.#at[first - 1] >= since) first--
    return first
  }
}
