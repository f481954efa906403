/** The cluster of a suite of contract tests, and how the suite registers them. */
import { test, type TestContext } from 'node:test'
import type { GroupProtocol, KafkaDriver, MemberOptions, PlacedRecord } from '../../src/kafka/port/driver.ts'

/** A transaction of a producer outside of the driver. */
export interface ForeignTransaction {
  /** Rejects if its producer was fenced. */
  end(outcome: 'commit' | 'abort'): Promise<void>
}

/** A cluster whose drivers are tested. Clauses about a part that it lacks are left out. */
export interface ContractCluster {
  open(): KafkaDriver
  /** Returns the name of a new topic, which no topic has had. */
  createTopic(partitions: number): Promise<string>
  /** Appends a record. `timestamp`: its time, UTC ms. */
  append(topic: string, partition: number, value: string, timestamp?: number): Promise<void>
  /** Do records keep their keys and headers? */
  readonly hasKeys: boolean
  /** Protocols of its groups; none for a cluster without members. */
  readonly protocols: readonly GroupProtocol[]
  /** Expels the only member of a group. */
  readonly expel?: (member: MemberOptions) => Promise<void>
  /** Deletes a group without members, as brokers do in time with one that has no offsets. Comes with `expel`. */
  readonly deleteGroup?: (member: MemberOptions) => Promise<void>
  /** Begins a transaction under an id, and writes records in it. */
  readonly begin?: (id: string, records: readonly PlacedRecord[]) => Promise<ForeignTransaction>
  /** Deletes a topic, and creates one of the same name. */
  readonly recreateTopic?: (topic: string, partitions: number) => Promise<void>
  /** Deletes the records of a partition before an offset, as retention does. */
  readonly deleteBefore?: (topic: string, partition: number, offset: number) => Promise<void>
  /** Returns a new topic of one partition that takes no larger batches than this. */
  readonly createLimitedTopic?: (batchBytes: number) => Promise<string>
  /** Returns a new topic of one partition that keeps the last record of each key, and takes none without a key. */
  readonly createCompactedTopic?: () => Promise<string>
}

/** A suite: its cluster, and a driver that all its clauses share. */
export interface ContractSuite {
  readonly name: string
  readonly cluster: ContractCluster
  readonly driver: KafkaDriver
}

/** Time after which a clause fails, ms: groups of a real broker wait for heartbeats. */
const CLAUSE_MS_MAX = 60_000

/** Registers a clause as a test. */
export function clause({ name }: ContractSuite, title: string, run: (context: TestContext) => Promise<void>): void {
  test(`${name}: ${title}`, { timeout: CLAUSE_MS_MAX }, run)
}
