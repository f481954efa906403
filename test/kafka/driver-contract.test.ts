/** The clusters in memory keep the contract of a driver, of which they are references. */
import { randomUUID } from 'node:crypto'
import { TransactionCluster } from '../gate/transaction-cluster.ts'
import { driverContract } from './driver-contract.ts'
import { MemoryCluster } from './memory-cluster.ts'

const newTopic = (): string => `topic-${randomUUID()}`

{
  const cluster = new MemoryCluster()
  driverContract('a cluster in memory', {
    open: () => cluster.driver(),
    async createTopic(partitions) {
      const topic = newTopic()
      cluster.createTopic(topic, partitions)
      return topic
    },
    append: async (topic, partition, value, timestamp) => void cluster.append(topic, partition, value, timestamp),
    hasKeys: false,
    protocols: ['classic', 'consumer'],
    expel: async ({ group, topic }) => cluster.group(group, topic).expelOwner(0),
    deleteGroup: async ({ group, topic }) => cluster.deleteGroup(group, topic),
    async recreateTopic(topic, partitions) {
      cluster.deleteTopic(topic)
      cluster.createTopic(topic, partitions)
    },
    deleteBefore: async (topic, partition, offset) => cluster.deleteBefore(topic, partition, offset),
  })
}

{
  const cluster = new TransactionCluster([], 0)
  const createTopic = async (partitions: number): Promise<string> => {
    const topic = newTopic()
    cluster.createTopic(topic, partitions)
    return topic
  }
  driverContract('a cluster in memory with transactions', {
    open: () => cluster.driver(),
    createTopic,
    append: async (topic, partition, value, timestamp = 1) =>
      cluster.append({ topic, partition, value, timestamp, key: undefined, headers: {} }),
    hasKeys: true,
    protocols: [],
    async begin(id, records) {
      const epoch = cluster.init(id)
      cluster.add(id, epoch, records)
      return { end: async outcome => cluster.end(id, epoch, outcome === 'commit' ? 'committed' : 'aborted') }
    },
    async recreateTopic(topic, partitions) {
      cluster.deleteTopic(topic)
      cluster.createTopic(topic, partitions)
    },
    deleteBefore: async (topic, partition, offset) => cluster.deleteBefore(topic, partition, offset),
    createLimitedTopic(batchBytes) {
      cluster.bytesMax = batchBytes
      return createTopic(1)
    },
    async createCompactedTopic() {
      const topic = await createTopic(1)
      cluster.compacted.add(topic)
      return topic
    },
  })
}
