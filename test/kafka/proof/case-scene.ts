/** The scene of one case: its topics, its processes, and everything that its faults and its verdict need. */
import { join } from 'node:path'
import { pause } from '../../../src/base/clock.ts'
import type { KafkaDriver } from '../../../src/kafka/index.ts'
import { BrokerTopics } from '../brokers.ts'
import type { KafkaProxy } from '../proxy/kafka-proxy.ts'
import { ProxiedBroker } from '../proxy/proxied-broker.ts'
import { CaseDeadline } from './case-deadline.ts'
import type { CaseTopics } from './case-verdict.ts'
import { expectedPartition, runAccepts } from './expected-topics.ts'
import { GateClient } from './gate-client.ts'
import { type RunTopic, runTopicVariables } from './run-settings.ts'
import { type KafkaCase, type ProcessName, processNames } from './scenario.ts'
import { SupervisedProcess } from './supervised-process.ts'
import { TopicContents, TopicObserver } from './topic-contents.ts'

/** Time of one case: a broker that is started again on a busy machine takes most of it. */
const CASE_MS_MAX = 240_000
const AGAIN_MS = 50
const FOLDER = 'test/kafka/proof'

/** The part that the cases share: a broker behind a proxy for each kind of process, and clients of the test that go around them. */
export class KafkaWorld {
  readonly proxied: ProxiedBroker
  readonly topics: BrokerTopics
  readonly observer: TopicObserver
  readonly proxies: Readonly<Record<ProcessName, KafkaProxy>>
  /** Version of the broker. */
  readonly version: string
  /** Longest time of a case, ms. */
  readonly caseMs: number

  private constructor(proxied: ProxiedBroker, version: string, caseMs: number) {
    const [gate, run, member] = proxied.proxies
    this.version = version
    this.caseMs = caseMs
    this.proxied = proxied
    this.topics = new BrokerTopics(proxied.broker.address)
    this.observer = new TopicObserver(proxied.broker.address)
    this.proxies = { gate, run, member }
  }

  static async start(version: string, caseMs = CASE_MS_MAX): Promise<KafkaWorld> {
    // Most of the start of a process is the compilation of its sources.
    process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../../../.cache/compile')
    return new KafkaWorld(await ProxiedBroker.start(version, processNames.length), version, caseMs)
  }

  async close(): Promise<void> {
    await Promise.all([this.topics.close(), this.observer.close()])
    await this.proxied.close()
  }
}

type TopicNames = Readonly<Record<'raw' | 'checked' | 'rejected' | RunTopic, string>>

export class CaseScene {
  readonly kafkaCase: KafkaCase
  readonly world: KafkaWorld
  readonly names: TopicNames
  readonly topics: CaseTopics
  readonly processes: Readonly<Record<ProcessName, SupervisedProcess>>
  readonly gateClient: GateClient
  readonly deadline: CaseDeadline
  /** Data folders; that of a gate has nothing but tokens. */
  readonly folders: Readonly<Record<ProcessName, string>>
  /** Raw values whose write to the raw topic was acknowledged, by partition. */
  readonly acknowledged: readonly string[][]
  /** Faults that happened, in words. */
  readonly happened: string[] = []
  readonly problems: string[] = []
  /** Everything is written and decided: a fault that has not happened will not happen. */
  isSettled = false
  /** Writers that gates of earlier cases have opened. */
  readonly writersBefore: number

  private constructor(kafkaCase: KafkaCase, world: KafkaWorld, names: TopicNames, folders: CaseScene['folders']) {
    const { partitions } = kafkaCase
    const contents = (topic: string, isCommittedOnly = true, count = partitions) => new TopicContents(topic, count, { isCommittedOnly })
    this.kafkaCase = kafkaCase
    this.world = world
    this.names = names
    this.folders = folders
    this.topics = {
      raw: contents(names.raw),
      checked: contents(names.checked),
      rejected: contents(names.rejected),
      effects: contents(names.effects, true, 1),
      decisions: contents(names.decisions, true, 1),
      deadLetters: contents(names.deadLetters, true, 1),
      uncommitted: { checked: contents(names.checked, false), rejected: contents(names.rejected, false) },
    }
    this.acknowledged = Array.from({ length: partitions }, () => [])
    this.writersBefore = world.proxies.gate.answered('InitProducerId')
    this.processes = { gate: this.#gate(), run: this.#run('run'), member: this.#run('member') }
    this.gateClient = new GateClient(() => this.processes.gate.ready())
    const processes = Object.values(this.processes)
    this.deadline = new CaseDeadline(world.caseMs, () => [...this.problems, ...processes.flatMap(({ problems }) => problems)][0])
  }

  static async open(kafkaCase: KafkaCase, world: KafkaWorld, folder: string): Promise<CaseScene> {
    const { partitions, seed } = kafkaCase
    const { topics } = world
    const names = {
      raw: await topics.create(partitions),
      checked: await topics.create(partitions),
      rejected: await topics.create(partitions),
      effects: await topics.create(1),
      decisions: await topics.create(1),
      deadLetters: await topics.create(1),
    }
    const folderOf = (name: ProcessName): string => join(folder, `data-${seed}-${name}`)
    const folders = { gate: folderOf('gate'), run: folderOf('run'), member: folderOf('member') }
    return new CaseScene(kafkaCase, world, names, folders)
  }

  #gate(): SupervisedProcess {
    const { raw, checked, rejected } = this.names
    const topics = ['--raw', raw, '--checked', checked, '--rejected', rejected]
    const isServing = this.kafkaCase.writes.some(({ way }) => way === 'http')
    const serving = isServing ? ['--listen', '127.0.0.1:0', '--no-auth', '--data', this.folders.gate] : []
    return new SupervisedProcess(
      'gate',
      ['src/cli/bin.ts', 'gate', `${FOLDER}/pipeline.ts`, '--source', 'payments', ...topics, ...serving],
      {
        ready: isServing ? /listening at (http:\S+)/ : /gate of source/,
        lifeMs: 2 * this.world.caseMs,
        env: { KAFKA_BROKERS: this.world.proxies.gate.address },
        requests: () => this.world.proxies.gate.answered('Metadata'),
      },
    )
  }

  #run(name: 'run' | 'member'): SupervisedProcess {
    const { checked } = this.names
    const { kafkaCase, world, folders } = this
    const feed = `payments=kafka:${checked}?group=g-${checked}${kafkaCase.sharing ? `&membership=${kafkaCase.sharing}` : ''}`
    const pipeline = `${FOLDER}/${kafkaCase.sharing ? 'shared' : 'run'}-pipeline.ts`
    const args = [pipeline, '--config', `${FOLDER}/run.config.ts`, '--source', feed, '--data', folders[name]]
    const topics = Object.entries(runTopicVariables).map(([kind, variable]) => [variable, this.names[kind as RunTopic]] as const)
    return new SupervisedProcess(name, ['src/cli/bin.ts', 'run', ...args], {
      ready: /starts a new log|continues at entry/,
      lifeMs: 2 * world.caseMs,
      env: { KAFKA_BROKERS: world.proxies[name].address, ...Object.fromEntries(topics) },
      requests: () => world.proxies[name].answered('Metadata'),
    })
  }

  /** Appends raw records until that is acknowledged, so one whose acknowledgement is lost is there twice. */
  async append(partition: number, values: readonly string[]): Promise<void> {
    await this.deadline.until('writing raw records', async () => {
      try {
        await this.world.topics.append(this.names.raw, partition, values)
        return true
      } catch {
        await pause(AGAIN_MS)
        return false
      }
    })
    this.acknowledged[partition].push(...values)
  }

  /** Sends raw records over HTTP until the gate acknowledges them; those without an answer may be in the raw topic several times. */
  async send(values: readonly string[]): Promise<void> {
    await this.deadline.until('events over HTTP', () => this.gateClient.send(values))
  }

  /** Reads topics on; returns false if the broker is away. */
  async refresh(contents: readonly TopicContents[]): Promise<boolean> {
    const readAll = async (driver: KafkaDriver): Promise<void> => {
      for (const each of contents) await each.refresh(driver)
    }
    return this.deadline.result('reading topics', this.world.observer.tryTo(readAll))
  }

  /** Is every raw record that was read decided, and every effect, decision and dead letter of the runs delivered? */
  isComplete(): boolean {
    return this.progress().every(([found, expected]) => found >= expected)
  }

  progress(): readonly (readonly [found: number, expected: number, place: string])[] {
    const { raw, checked, rejected, effects, decisions, deadLetters } = this.topics
    const expected = raw.records.map((records, partition) => expectedPartition(records, partition, raw.records.length))
    const values = expected.flatMap(outcome => outcome.checked.map(({ value }) => value))
    const accepted = values.filter(runAccepts).length
    return [
      ...expected.flatMap((outcome, partition) => [
        [checked.records[partition].length, outcome.checked.length, `checked records of partition ${partition}`] as const,
        [rejected.records[partition].length, outcome.rejected.length, `rejected records of partition ${partition}`] as const,
      ]),
      [effects.distinct, accepted, 'effects'],
      [decisions.distinct, accepted, 'decisions'],
      [deadLetters.distinct, values.length - accepted, 'dead letters'],
    ]
  }

  async removeTopics(): Promise<void> {
    for (const name of Object.values<string>(this.names)) await this.world.topics.remove(name)
  }
}
