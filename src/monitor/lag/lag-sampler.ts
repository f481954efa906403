/**
 * Samples the lag of a run's sources every 15 s (`LAG_SAMPLE_MS`), and judges it.
 *
 * A source whose reader has ended is measured on: what arrives behind its last position makes its verdict `STOP`. A measurement that fails
 * or takes too long is no sample, and the reason is kept. A partition that a reader gives up is forgotten. A source is measured once at a
 * time, so one that hangs costs one pending promise.
 * Of a reader that cannot measure its lag, its failure is known.
 */
import { type Clock, durationText, limits, type StartTimer, sumBy, thrownText, withDeadline } from '../../base/index.ts'
import { LagHistory, type LagMeasurement, type PartitionLag } from './lag-history.ts'
import { sourceLagVerdict, type SourceLagVerdict } from './lag-verdict.ts'

/** A measurement by the reader of a source. */
export interface MeasuredLag extends Pick<LagMeasurement, 'position' | 'end' | 'lag'> {
  readonly unit: string
  readonly inTransaction?: number
  readonly allowedLag?: number
}

/** A source of a run, by one of its readers. */
export interface LagSource {
  readonly source: string
  /** Name of the reader: `kafka:payments`. */
  readonly reader: string
  /** False once its reader has ended. */
  readonly isAlive: () => boolean
  /** The error with which its reader has ended; undefined while it reads, and after an end without error. */
  readonly failure?: () => string | undefined
  /** The lag of each partition that is known; absent for a reader that cannot measure it. */
  readonly measure?: (() => Promise<ReadonlyMap<string, MeasuredLag>>) | undefined
}

/** The lag of a source, for people and for alerts. */
export interface SourceLag {
  readonly source: string
  readonly reader: string
  /** `ERR` if a partition stands still; undefined before half a window of samples. */
  readonly verdict: SourceLagVerdict | undefined
  /** Unit of the lags: `bytes`, `rows`, `records`; undefined before the first measurement. */
  readonly unit: string | undefined
  readonly partitions: readonly (PartitionLag & { readonly partition: string })[]
  /**
   * Records behind the committed positions, in all partitions, at the last measurement, from the first one on. Absent for a place that counts
   * bytes, and while nothing is known of its place.
   */
  readonly records?: number
  /** Those of `records` that cannot be read yet, since an open transaction comes before them. Absent for a place without transactions. */
  readonly inTransaction?: number
  /** Why the last measurement failed. */
  readonly problem?: string
  /** The error with which its reader has ended. */
  readonly failure?: string
}

/** Records behind the committed positions of a reader. */
export type LagTotals = Pick<SourceLag, 'records' | 'inTransaction'>

interface MeasuredSource extends LagSource {
  readonly histories: Map<string, LagHistory>
  unit: string | undefined
  totals: LagTotals
  problem: string | undefined
  isMeasuring: boolean
}

/** Samples sources until it is stopped. */
export class LagSampler {
  readonly #sources: readonly MeasuredSource[]
  readonly #clock: Clock
  readonly #after: StartTimer
  #timer: { stop(): void } | undefined

  constructor(sources: readonly LagSource[], { clock, after }: { readonly clock: Clock; readonly after: StartTimer }) {
    const unknown = { unit: undefined, totals: {}, problem: undefined }
    this.#sources = sources.map(source => ({ ...source, histories: new Map(), ...unknown, isMeasuring: false }))
    this.#clock = clock
    this.#after = after
  }

  start(): void {
    void this.sample()
    this.#timer = this.#after(limits.LAG_SAMPLE_MS, () => this.start())
  }

  stop(): void {
    this.#timer?.stop()
  }

  /** Takes a sample of each source now. Never rejects. */
  async sample(): Promise<void> {
    await Promise.all(this.#sources.filter(({ isMeasuring }) => !isMeasuring).map(source => this.#measure(source)))
  }

  /** The lag of each source, in the order in which they were given. */
  lags(): SourceLag[] {
    const now = this.#clock()
    return this.#sources.map(({ source, reader, histories, unit, totals, problem, failure: failureOf }) => {
      const failure = failureOf?.()
      const partitions = [...histories].flatMap(([partition, history]) => {
        const lag = history.judge(now)
        return lag ? [{ partition, ...lag }] : []
      })
      const verdict = partitions.length === 0 ? undefined : sourceLagVerdict(partitions.map(lag => lag.verdict))
      const known = { ...totals, ...(problem !== undefined && { problem }) }
      return { source, reader, verdict, unit, partitions, ...known, ...(failure !== undefined && { failure }) }
    })
  }

  async #measure(source: MeasuredSource): Promise<void> {
    const { measure } = source
    if (!measure) return
    source.isMeasuring = true
    const measuring = (async () => measure())()
    const isOver = measuring.then(
      () => void (source.isMeasuring = false),
      () => void (source.isMeasuring = false),
    )
    const onExpiry = (): never => {
      throw new Error(`measuring took longer than ${durationText(limits.LAG_MEASURE_MS)}`)
    }
    try {
      const lags = await withDeadline(measuring, limits.LAG_MEASURE_MS, onExpiry, this.#after)
      await isOver
      this.#add(source, lags)
    } catch (error) {
      source.problem = thrownText(error, 'the reader')
      source.totals = {}
    }
  }

  #add(source: MeasuredSource, lags: ReadonlyMap<string, MeasuredLag>): void {
    const time = this.#clock()
    source.problem = undefined
    source.totals = totalsOf([...lags.values()])
    for (const partition of source.histories.keys()) if (!lags.has(partition) && source.isAlive()) source.histories.delete(partition)
    for (const [partition, { unit, allowedLag, inTransaction: _, ...lag }] of lags) {
      const history = source.histories.get(partition) ?? new LagHistory(allowedLag)
      source.histories.set(partition, history)
      source.unit = unit
      history.add({ time, ...lag }, source.isAlive())
    }
  }
}

/** The records of a measurement, summed over its partitions; rows are records. Nothing for a place that counts bytes, and without partitions. */
function totalsOf(lags: readonly MeasuredLag[]): LagTotals {
  if (lags.length === 0 || lags.some(({ unit }) => unit === 'bytes')) return {}
  const records = sumBy(lags, ({ lag }) => lag)
  const knowsTransactions = lags.some(({ inTransaction }) => inTransaction !== undefined)
  return { records, ...(knowsTransactions && { inTransaction: sumBy(lags, ({ inTransaction = 0 }) => inTransaction) }) }
}
