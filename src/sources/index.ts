/** Sources of records for a run: the registry of readers for files, PostgreSQL, standard input, generators and samples. */
export { readUpToText } from './files/file-position.ts'
export { STANDARD_INPUT } from './files/standard-input.ts'
export { isPostgresAddress } from './postgres/address.ts'
export type { SourceInput } from './reader-registry.ts'
export { hasSamples } from './samples/sample-events.ts'
export { type OpenedReader, openReaders } from './open-readers.ts'
