/** A pipeline that runs in this process: its sources are read, its actions delivered, and its callers have the types of the client. */
import { SpillwayError, limits, didYouMean, thrownText } from '../base/index.ts'
import { type Decision, type KeyFeatures, type RejectedEvent, type Sent, requireValues, keyTexts, type KeyOf } from '../client/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import type { Entities, FeaturesOf, Group } from '../define/feature/index.ts'
import type { ColumnSpecs, RecordOf } from '../define/index.ts'
import type { Model, VectorOf } from '../define/model/index.ts'
import type { RecordFor, Source } from '../define/source/index.ts'
import { recordBatchOf } from '../intake/index.ts'
import { type ServedFeatures, stoppedError, type LiveRun, type Run } from '../run/index.ts'
import type { LineageEmitter } from '../openlineage/index.ts'
import { feedSource, type FeedOptions } from '../sources/reader/index.ts'
import type { OpenedReader } from '../sources/index.ts'

/** The readers of a run, and options of reading. */
export interface ReadingOptions extends Pick<FeedOptions, 'follow' | 'onWarning'> {
  readonly readers: readonly OpenedReader[]
  /** Ends reading before `stop`. */
  readonly signal?: AbortSignal
  /** Emits events of the run; it is stopped after the run. */
  readonly lineage?: LineageEmitter | undefined
}

/**
 * A running pipeline. It reads its sources from the start on, until `stop`.
 *
 * @example
 * ```ts
 * await using running = await run(shop, { data: '.spillway' })
 * await running.submit(payments, [{ id: '1', card: 'c1', amount: 9.5, at: Date.now() }])
 * const { features } = running.features(cardNow, 'c1')
 * ```
 */
export class PipelineRun implements AsyncDisposable {
  /** The run itself. */
  readonly run: Run
  /**
   * Resolves when all sources have ended and their records are durable, or after `stop`. Rejects as soon as a reader fails, with its
   * error: the run and its other sources go on.
   */
  readonly sourcesEnded: Promise<void>
  readonly #live: LiveRun
  readonly #ir: PipelineIR
  readonly #feeds: readonly Promise<void>[]
  readonly #lineage: LineageEmitter | undefined
  readonly #reading = new Set<OpenedReader>()
  readonly #failures = new Map<OpenedReader, string>()
  readonly #stop = new AbortController()
  #stopped: Promise<void> | undefined

  constructor(live: LiveRun, ir: PipelineIR, { readers, signal, lineage, ...options }: ReadingOptions) {
    this.#live = live
    this.#ir = ir
    this.run = live.run
    this.#lineage = lineage
    lineage?.start(live.run)
    let hasRunFailed = false
    const ending = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal
    this.#feeds = readers.map(opened => {
      const feed = feedSource(live.run, opened.source, opened.reader, { ...options, signal: ending })
      const end = () => void this.#reading.delete(opened)
      this.#reading.add(opened)
      feed.then(end, (error: unknown) => {
        const problem = thrownText(error, `reader '${opened.reader.name}'`)
        // A run that stops, or has failed, ends its readers.
        if (!ending.aborted) this.#failures.set(opened, problem)
        else if (!hasRunFailed) options.onWarning(problem)
        end()
      })
      return feed
    })
    this.sourcesEnded = allOf(this.#feeds)
    this.sourcesEnded.catch(() => {})
    // Readers wait for their records, which may be held back until the run rejects them, and use positions to their end.
    live.closeWith({
      close: async () => {
        this.#stop.abort()
        await Promise.allSettled(this.#feeds)
      },
    })
    this.run.ended.catch(() => {
      hasRunFailed = true
      this.#failures.clear()
      this.#stop.abort()
    })
  }

  /** True until a reader has ended, with or without an error. */
  isReading(opened: OpenedReader): boolean {
    return this.#reading.has(opened)
  }

  /** The error with which a reader has ended; undefined while it reads, and after an end without error. */
  failureOf(opened: OpenedReader): string | undefined {
    return this.#failures.get(opened)
  }

  /**
   * Sends records to a source. Resolves when all of them are durable or rejected. Waits for room if too many records wait.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown source, `SPILL_INPUT` for records that are no array, `SPILL_STOPPED` after `stop`.
   * @example
   * ```ts
   * const { accepted } = await running.submit(payments, [{ id: '1', card: 'c1', amount: 9.5, at: Date.now() }])
   * ```
   */
  async submit<S extends Source>({ name }: S, records: readonly RecordFor<S>[]): Promise<Sent> {
    const names = this.#ir.sources.map(source => source.name)
    if (!names.includes(name)) throw new SpillwayError('SPILL_NOT_FOUND', `there is no source '${name}'${didYouMean(name, names)}`)
    if (!Array.isArray(records)) throw new SpillwayError('SPILL_INPUT', `records for '${name}' are an array: write [record] for one`)
    const sent = { accepted: 0, duplicates: 0, rejected: 0, sequence: this.run.end, rejections: [] as RejectedEvent[] }
    for (let from = 0; from < records.length; from += limits.TURN_RECORDS) {
      this.#assertRunning()
      await this.run.whenRoom()
      const rejections: RejectedEvent[] = []
      const batch = recordBatchOf(records.slice(from, from + limits.TURN_RECORDS))
      const { accepted, duplicates, rejected, sequence } = await this.run.submit(name, {
        ...batch,
        onRejected: ({ reason, detail, place }) => rejections.push({ index: from + numberIn(place) - 1, reason, detail }),
      })
      sent.accepted += accepted
      sent.duplicates += duplicates
      sent.rejected += rejected
      sent.sequence = sequence
      sent.rejections.push(...rejections)
    }
    return sent
  }

  /**
   * Reads the features of a key now.
   *
   * @throws The code of a feature without a value, unless `rejected` is true; `SPILL_STOPPED` after `stop`.
   * @example
   * ```ts
   * const { n1h } = running.features(cardNow, 'c1').features
   * ```
   */
  features<E extends Entities, F, R extends boolean = false>(
    { name }: Group<E, F>,
    key: KeyOf<E>,
    { rejected }: { readonly rejected?: R } = {},
  ): KeyFeatures<R extends true ? Partial<FeaturesOf<Group<E, F>>> : FeaturesOf<Group<E, F>>> {
    this.#assertRunning()
    const [row] = this.run.features([{ group: name, key: keyTexts(key) }])
    const answer = answerOf(row)
    return (rejected ? answer : requireValues(answer)) as never
  }

  /**
   * Requests a decision of a model. Resolves when the decision is durable.
   *
   * @throws `SPILL_INPUT` for an unknown model or wrong fields, `SPILL_STOPPED` after `stop`.
   * @example
   * ```ts
   * const { score } = await running.request(check, { card: 'c1' })
   * ```
   */
  async request<I, C extends ColumnSpecs>({ name }: Model<I, C>, fields: RecordOf<C>): Promise<Decision<VectorOf<Model<I>>>> {
    this.#assertRunning()
    return (await this.run.request(name, fields)) as never
  }

  /**
   * Resolves when all submitted records are decided and their effects delivered. With `due`, UTC ms, also waits for the batch runs, reports
   * and trainings that were due by then.
   */
  whenIdle(due?: number): Promise<void> {
    return this.#live.whenIdle(due)
  }

  /** Ends reading, waits for submitted records, saves state, and releases the data folder. Effects that wait are delivered by the next run. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }

  /** As `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #end(): Promise<void> {
    try {
      await this.#live.stop()
    } finally {
      await this.#lineage?.stop()
    }
  }

  #assertRunning(): void {
    if (this.#stopped) throw stoppedError()
  }
}

const allOf = async (promises: readonly Promise<void>[]): Promise<void> => void (await Promise.all(promises))

/** The number of a record, from 1, which `recordBatchOf` puts at the end of its place. */
const numberIn = (place: string): number => Number(/\d+$/.exec(place)?.[0])

/** The answer of a server for the same row: values, and rejected features apart. */
function answerOf({ features, ...rest }: ServedFeatures): KeyFeatures<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  const rejected: NonNullable<KeyFeatures<Record<string, unknown>>['rejected']> = {}
  for (const [name, feature] of Object.entries(features))
    if ('value' in feature) values[name] = feature.value
    else Object.assign(rejected, { [name]: feature.rejected })
  return { ...rest, features: values, ...(Object.keys(rejected).length > 0 && { rejected }) }
}
