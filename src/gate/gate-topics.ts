/** The three topics of a gate, as the cluster describes them. */
import { SpillwayError } from '../base/index.ts'
import type { KafkaDriver, TopicDescription } from '../kafka/index.ts'

/** The topics of a gate; they have equal numbers of partitions. */
export interface GateTopics {
  readonly raw: string
  readonly checked: string
  readonly rejected: string
}

type NamedTopic = TopicDescription & { readonly name: string }

/** @throws as `KafkaDriver.describe` does. */
export function describeTopics(driver: KafkaDriver, topics: GateTopics): Promise<readonly NamedTopic[]> {
  const names = Object.values(topics) as string[]
  return Promise.all(names.map(async name => ({ name, ...(await driver.describe(name)) })))
}

/** `raw has 2, checked has 2`. */
export const partitionsText = (topics: readonly NamedTopic[]): string =>
  topics.map(({ name, partitions }) => `${name} has ${partitions}`).join(', ')

export const partitionsChanged = (before: number, topics: readonly NamedTopic[]): SpillwayError =>
  new SpillwayError(
    'SPILL_INPUT',
    `the topics had ${before} partitions each when the gate started: ${partitionsText(topics)} now. Keys have other partitions, and ids are compared within a partition, so another number needs new topics`,
  )
