/** The `SourceReader` port, the guard that checks its contract, and the feed that a reader's records take into a run. */
export { ReaderContract } from './reader-contract.ts'
export type { ReaderKind, ReaderSetting } from './reader-kind.ts'
export { type FeedOptions, feedSource, type FeedTarget, positionName, startText } from './source-feed.ts'
export { ONLY_PARTITION, type ReaderClause, readerClauses, type ReaderLag, type SourceReader } from './source-reader.ts'
