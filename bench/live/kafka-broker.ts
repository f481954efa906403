/** The broker of `bench kafka`, and Kafka's own consumer as the baseline of reading. */
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import * as client from '@platformatic/kafka'
import { kafka, kafkaProgram, startKafka } from '../../scripts/engines/kafka.ts'

const VERSION = kafka.versions[0]
const BATCH_RECORDS = 1000
/** A topic takes batches of 1 MiB unless it says otherwise. */
const BATCH_BYTES_MAX = 1 << 24
const CONSUMER_MS_MAX = 120_000

/** Seconds: processor time of all threads, and the time of fetching. */
export interface ConsumerRate {
  readonly cpu: number
  readonly wall: number
}

export const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type Codec = (typeof codecs)[number]

export interface Batches {
  readonly codec?: Codec
  readonly records?: number
}

export class BenchBroker {
  readonly version = VERSION
  readonly address: string
  readonly #pid: number
  readonly #admin: client.Admin
  readonly #producer: client.Producer

  private constructor(address: string, pid: number) {
    this.address = address
    this.#pid = pid
    const settings = { clientId: 'bench', bootstrapBrokers: [address] }
    this.#admin = new client.Admin(settings)
    this.#producer = new client.Producer(settings)
  }

  /** Installs and starts a broker in a new folder. */
  static async start(folder: string): Promise<BenchBroker> {
    mkdirSync(folder)
    kafka.install(VERSION)
    const { address, pid } = await startKafka(VERSION, resolve(folder), { listeners: [], settings: [], format: [], isOptimized: true })
    return new BenchBroker(address, pid)
  }

  /** New topics. */
  async create(topics: readonly string[], partitions = 1): Promise<void> {
    const configs = [{ name: 'max.message.bytes', value: String(BATCH_BYTES_MAX) }]
    await this.#admin.createTopics({ topics: [...topics], partitions, replicas: 1, configs })
  }

  /** A new topic of one partition with a record for each line. */
  async fill(topic: string, lines: Buffer, { codec = 'none', records = BATCH_RECORDS }: Batches = {}): Promise<void> {
    await this.create([topic])
    const values = lines.toString().trimEnd().split('\n')
    for (let at = 0; at < values.length; at += records) {
      const messages = values.slice(at, at + records).map(value => ({ topic, partition: 0, value: Buffer.from(value) }))
      await this.#producer.send({ messages, acks: -1, compression: codec })
    }
  }

  /** Reads so many records of a topic by Kafka's own program, whose threads and start count too. */
  consume(topic: string, records: number): ConsumerRate {
    const program = kafkaProgram(VERSION, 'org.apache.kafka.tools.ConsumerPerformance', { memoryMb: 512, isOptimized: true })
    const args = [...program, '--bootstrap-server', this.address, '--topic', topic, '--num-records', String(records)]
    // The shell's own builtin says what its child has cost.
    const { stdout, stderr, status } = spawnSync('sh', ['-c', '"$@"; times', 'sh', 'java', ...args], {
      encoding: 'utf8',
      timeout: CONSUMER_MS_MAX,
    })
    if (status !== 0) throw new Error(`Kafka's consumer ended with ${status}: ${stdout}${stderr}`)
    return consumerRate(stdout, records)
  }

  end(): void {
    process.kill(this.#pid, 'SIGKILL')
  }
}

/** Reads a line of figures, and the processor times behind it: `0m1.23s 0m0.10s`. */
function consumerRate(output: string, records: number): ConsumerRate {
  const lines = output.trimEnd().split('\n')
  const figures = lines.find(line => /^\d{4}-/.test(line))?.split(', ') ?? []
  // start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, …
  const [count, fetchMs] = [Number(figures[4]), Number(figures[7])]
  if (!(count >= records)) throw new Error(`Kafka's consumer read ${count} of ${records} records: ${output}`)
  const cpu = [...lines.at(-1)!.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  )
  return { cpu, wall: fetchMs / 1000 }
}
