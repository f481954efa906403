/** Sources of records for a run: readers of files, standard input, PostgreSQL, Kafka, generators and samples. */
export { readUpToText } from './files/file-position.ts'
export { STANDARD_INPUT } from './files/file-reader.ts'
export { readTopicOf } from './kafka/read-topic.ts'
export { sampledTopicOf } from './kafka/sampled-topic.ts'
export { type RawReader, type RawTopic, rawTopicOf } from './kafka/raw-topic.ts'
export { topicBatch } from './kafka/topic-batch.ts'
export { addressHelp, hasHistory, historyOpener, livePlaceOf, type OpenedReader, openReaders, type SourceInput } from './open-readers.ts'
export { hasSamples } from './samples/sample-events.ts'
