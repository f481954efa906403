/** Reads a table into a run, with the options that a test changes. */
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { tableChangesReader, type ChangesOptions } from '../../src/sources/postgres/changes-reader.ts'
import { outboxReader, type OutboxOptions } from '../../src/sources/postgres/outbox-reader.ts'
import { feedSource, type FeedTarget } from '../../src/sources/reader/source-feed.ts'

export interface Following {
  readonly follow: boolean
  readonly onWarning: (warning: string) => void
}

export type ReadOutboxOptions = OutboxOptions & Following
export type ReadChangesOptions = ChangesOptions & Following

export const readOutbox = (run: FeedTarget, source: SourceIR, { follow, onWarning, ...options }: ReadOutboxOptions, signal: AbortSignal) =>
  feedSource(run, source.name, outboxReader(source, options), { follow, signal, onWarning })

export const readTableChanges = (
  run: FeedTarget,
  source: SourceIR,
  { follow, onWarning, ...options }: ReadChangesOptions,
  signal: AbortSignal,
) => feedSource(run, source.name, tableChangesReader(source, options), { follow, signal, onWarning })
