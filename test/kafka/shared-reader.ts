/** A reader of a topic in memory that a group shares, with short waits. */
import { sharedTopicReader, type SharedTopicOptions } from '../../src/sources/kafka/shared-topic-reader.ts'
import type { SourceReader } from '../../src/sources/reader/source-reader.ts'
import type { MemoryCluster } from './memory-cluster.ts'
import { numbersSource } from './topic-run.ts'

export const sharedReaderOf = (cluster: MemoryCluster, options: Partial<SharedTopicOptions> = {}): SourceReader =>
  sharedTopicReader(numbersSource, {
    topic: 'rows',
    group: 'shared',
    protocol: 'consumer',
    checkMs: 10,
    missingMs: 500,
    open: () => cluster.driver(),
    ...options,
  })
