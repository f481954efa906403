/**
 * A gate: reads the raw topic of one source and writes its checked topic and that of its rejected records, each partition by itself.
 *
 * Any error whose outcome is unknown, and a cluster that is away, end all partitions; they begin anew from what the topics say. Another gate on the
 * same topics fences this one, which then ends.
 */
import { once } from 'node:events'
import { type Clock, limits, pause, SpillwayError, stopwatch, sumBy, withDeadline } from '../base/index.ts'
import type { SourceIR } from '../define/ir/index.ts'
import type { RowMap } from '../intake/index.ts'
import { isOtherTopic, javaPartition, type KafkaDriver, KafkaError, openValueFormat, passingKinds, topicIdText } from '../kafka/index.ts'
import { type RawReader, type RawTopic, topicBatch } from '../sources/index.ts'
import { describeTopics, type GateTopics, partitionsChanged, partitionsText } from './gate-topics.ts'
import { PartitionMemory } from './gate-writes.ts'
import { PartitionCheck } from './partition-check.ts'
import { PartitionGate, type PartitionGateOptions } from './partition-gate.ts'
import { PartitionStatus } from './partition-status.ts'
import { RawIntake } from './raw-intake.ts'
import { TopicEnds } from './topic-ends.ts'

/** Outcomes so far. */
export interface GateCounts {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
}

export interface GateOptions {
  readonly source: SourceIR
  /** The `map` function of the source. */
  readonly map: RowMap | undefined
  readonly raw: RawTopic
  /** The topic that gets the events, and the one that gets the rejected records. */
  readonly checked: string
  readonly rejected: string
  readonly clock: Clock
  /** Receives messages for the operator. */
  readonly onReport: (report: string) => void
  /** Ends at the end of the raw topic, as it is when it starts. */
  readonly once?: boolean
  /** Samples the ends of the topics so often, for metrics, ms; not at all without it. */
  readonly sampleMs?: number
  /** Interval between two looks at the numbers of partitions, ms; `KAFKA_TOPIC_CHECK_MS` by default. */
  readonly topicCheckMs?: number
  /** Time within which an event over HTTP is decided, ms; `GATE_DECISION_MS` by default. */
  readonly decisionMs?: number
}

const [FIRST_PAUSE_MS, PAUSE_MS_MAX] = [100, 5000]

export class TopicGate {
  /** By partition; empty before the topics are known. */
  readonly partitions: PartitionStatus[] = []
  readonly ends: TopicEnds
  /** Takes events over HTTP. */
  readonly intake: RawIntake
  readonly #options: GateOptions
  readonly #topics: GateTopics
  /** By partition. */
  readonly #memories = new Map<number, PartitionMemory>()
  #hasWorked = false
  #hasEnded = false
  #missingSince: number | undefined
  /** The error after which it began anew last. */
  #trouble: string | undefined

  constructor(options: GateOptions) {
    const { raw, checked, rejected } = options
    this.#options = options
    this.#topics = { raw: raw.topic, checked, rejected }
    this.ends = new TopicEnds([raw.topic, checked, rejected], options.clock)
    this.intake = new RawIntake({ ...options, problem: () => this.problem })
  }

  /** It goes on behind the offsets of this group, so no run and no other gate may write them. */
  get #group(): string {
    return `spillway-gate-${this.#topics.checked}`
  }

  get source(): SourceIR {
    return this.#options.source
  }

  get counts(): GateCounts {
    const sum = (valueOf: (status: PartitionStatus) => number): number => sumBy(this.partitions, valueOf)
    return {
      accepted: sum(({ accepted }) => accepted),
      duplicates: sum(({ duplicates }) => duplicates),
      rejected: sum(({ rejected }) => sumBy(rejected.values(), count => count)),
    }
  }

  /** Why it decides no records now; undefined while it does. */
  get problem(): string | undefined {
    if (this.#hasEnded) return 'the gate has ended; restart its process'
    if (this.partitions.length > 0 && this.partitions.every(({ next }) => next !== undefined)) return undefined
    return this.#trouble ?? 'the gate reads the ends of its topics'
  }

  /**
   * Works until the signal.
   *
   * @throws `SPILL_FENCED` once another gate writes the same topics; `SPILL_INPUT` for topics that do not fit; `SPILL_SOURCE` for a topic that is
   * missing, access that is denied, a setting of a topic or a broker that rejects what it writes, and, at the start, a cluster that cannot be
   * reached and a login that cannot be had; `SPILL_UNSUPPORTED` as `PartitionCheck` does.
   */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#workOn(signal)
    } finally {
      this.#hasEnded = true
      this.intake.abandon()
      await this.intake.close()
    }
  }

  async #workOn(signal: AbortSignal): Promise<void> {
    const { onReport } = this.#options
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
      const countsBefore = JSON.stringify(this.counts)
      try {
        return await this.#work(signal)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof KafkaError)) throw error
        if (!this.#mayPass(error)) throw this.#fatal(error)
        if (countsBefore !== JSON.stringify(this.counts)) pauseMs = FIRST_PAUSE_MS
        this.#trouble = `begins anew from what the topics say: ${error.message}`
        onReport(this.#trouble)
      }
      await pause(pauseMs, signal)
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { raw, onReport } = this.#options
    const driver = raw.open()
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const reader = raw.reader(either, onReport)
    try {
      const partitions = await this.#partitionsOf(driver)
      this.#hasWorked = true
      this.#missingSince = undefined
      while (this.partitions.length < partitions) this.partitions.push(new PartitionStatus())
      void this.#sampleEnds(driver, either)
      void this.#storeOffsets(driver, either)
      const gates = this.#startGates(driver, reader, partitions, either)
      try {
        await Promise.race([Promise.all(gates), this.#watchTopics(driver, partitions, either), expiry(either, over.signal)])
      } finally {
        over.abort()
        // A transaction whose answer does not come ends with the driver: the topics tell what was done.
        await withDeadline(Promise.allSettled(gates), limits.KAFKA_CLOSE_MS, () => {})
      }
    } finally {
      this.intake.abandon()
      reader.close()
      await driver.close()
    }
  }

  async #partitionsOf(driver: KafkaDriver): Promise<number> {
    const topics = await describeTopics(driver, this.#topics)
    const [{ partitions }] = topics
    if (topics.some(topic => topic.partitions !== partitions))
      throw new SpillwayError('SPILL_INPUT', `the topics of a gate have equal numbers of partitions: ${partitionsText(topics)}`)
    return partitions
  }

  /** Rejects once a topic has another number of partitions, whose records nobody would read, or the raw topic is another one. Never resolves. */
  async #watchTopics(driver: KafkaDriver, partitions: number, signal: AbortSignal): Promise<never> {
    const { topicCheckMs = limits.KAFKA_TOPIC_CHECK_MS } = this.#options
    while (!signal.aborted) {
      await pause(topicCheckMs, signal)
      // The partitions notice by themselves that the cluster is away.
      const topics = await describeTopics(driver, this.#topics).catch(() => [])
      if (topics.some(topic => topic.partitions !== partitions)) throw partitionsChanged(partitions, topics)
      // Brokers before Kafka 3.1 read a topic by its name, whatever its id.
      for (const { name, id } of topics)
        if (name === this.#topics.raw && [...this.#memories.values()].some(({ rawTopicId }) => isOtherTopic(rawTopicId, topicIdText(id))))
          throw new KafkaError('replaced', `topic '${name}' was deleted and made again`)
    }
    return new Promise(() => {})
  }

  /** Samples until the signal. A cluster that does not answer gives no sample; the partitions notice it themselves. */
  async #sampleEnds(driver: KafkaDriver, signal: AbortSignal): Promise<void> {
    const { sampleMs } = this.#options
    if (sampleMs === undefined) return
    const partitions = [...this.partitions.keys()]
    for (; !signal.aborted; await pause(sampleMs, signal)) await this.ends.sample(driver, partitions).catch(() => {})
  }

  /** Stores how far it has come at its start and now and then: retention may delete what its topics tell of that. */
  async #storeOffsets(driver: KafkaDriver, signal: AbortSignal): Promise<void> {
    for (let ms: number = limits.KAFKA_CLOSE_MS; !signal.aborted; ms = limits.GATE_OFFSETS_MS) {
      await pause(ms, signal)
      const offsets = new Map(
        [...this.partitions.entries()].flatMap(([partition, { next }]) => (next === undefined ? [] : [[partition, next]])),
      )
      // The next time does.
      if (!signal.aborted && offsets.size > 0) await driver.commitOffsets(this.#group, this.#topics.raw, offsets).catch(() => {})
    }
  }

  #startGates(driver: KafkaDriver, reader: RawReader, partitions: number, signal: AbortSignal): Promise<void>[] {
    const { promise: elected, resolve: onOpen, reject } = Promise.withResolvers<void>()
    elected.catch(() => {})
    const [first, ...others] = Array.from({ length: partitions }, (_, partition) =>
      this.#gateOf(driver, reader, partition, partitions, partition === 0 ? { onOpen } : { elected }).run(signal),
    )
    // It may end before it is open.
    first.then(() => onOpen(), reject)
    return [first, ...others]
  }

  #gateOf(
    driver: KafkaDriver,
    reader: RawReader,
    partition: number,
    partitions: number,
    election: Pick<PartitionGateOptions, 'elected' | 'onOpen'>,
  ): PartitionGate {
    const { source, map, clock, once = false } = this.#options
    const checked = {
      name: `kafka:${this.#topics.checked}`,
      format: openValueFormat({ format: 'json' }, () => {}),
      skipsTombstones: false,
      signal: new AbortController().signal,
    }
    const isOwn = (key: string): boolean => javaPartition(Buffer.from(key), partitions) === partition
    const memory = this.#memories.get(partition) ?? new PartitionMemory()
    this.#memories.set(partition, memory)
    return new PartitionGate(driver, {
      source: source.name,
      memory,
      topics: this.#topics,
      partition,
      group: this.#group,
      clock,
      status: this.partitions[partition],
      isOwn,
      onDecided: (records, outcomes) => this.intake.settle(records, outcomes),
      newCheck: () => new PartitionCheck(source, map, isOwn),
      rawBatch: fetched => reader.batchOf(fetched),
      checkedBatch: fetched => topicBatch(fetched, checked),
      once,
      ...election,
    })
  }

  /** True for errors that a later beginning may not meet. A broker that has just started may not know a topic yet. */
  #mayPass({ kind }: KafkaError): boolean {
    if (kind === 'missing') this.#missingSince ??= stopwatch()
    else this.#missingSince = undefined
    const isMissing = this.#missingSince !== undefined && stopwatch() - this.#missingSince < limits.KAFKA_MISSING_MS
    return this.#hasWorked && (kind === 'missing' ? isMissing : kind === 'replaced' || passingKinds.has(kind))
  }

  #fatal(error: KafkaError): SpillwayError {
    const { source } = this.#options
    const topics = this.#topics
    if (error.kind === 'fenced')
      return new SpillwayError('SPILL_FENCED', `another gate writes topic '${topics.checked}' now; this one ends. Nothing is lost`, {
        cause: error,
      })
    return new SpillwayError('SPILL_SOURCE', `source '${source.name}': ${error.message}`, { cause: error, place: `kafka:${topics.raw}` })
  }
}

/**
 * Resolves KAFKA_CLOSE_MS after a gate is asked to stop, or at once when it is over: a transaction whose answer does not come by then ends with the
 * driver, and the topics tell the next start what was done.
 */
async function expiry(either: AbortSignal, over: AbortSignal): Promise<void> {
  if (!either.aborted) await once(either, 'abort')
  await pause(limits.KAFKA_CLOSE_MS, over)
}
