/** Kinds of readers: how a registry makes a reader from an address. */
import type { FeedPlaceValue } from '../../define/config/index.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/index.ts'
import type { OpenRecords } from '../../files/index.ts'
import type { RowMap } from '../../intake/index.ts'
import type { SourceReader } from './source-reader.ts'

/** The source and the process of a reader. */
export interface ReaderSetting {
  readonly source: SourceIR
  /** The `map` function of the source. */
  readonly map: RowMap | undefined
  /** Environment variables: addresses of databases and secrets. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The data folder of the run. */
  readonly data: string
  /** The pipeline of the run. */
  readonly pipeline?: PipelineIR
}

/** The source and the process of a history. */
export interface HistorySetting extends Pick<ReaderSetting, 'env'> {
  /** Name of the source. */
  readonly source: string
}

/**
 * A kind of readers, by the scheme of their addresses.
 *
 * @example
 * ```ts
 * const mqtt: ReaderKind = { scheme: 'mqtt', open: (address, { source, env }) => new TopicReader(address, source, env) }
 * ```
 */
export interface ReaderKind {
  /** Two or more lower-case letters, digits and `-`: `mqtt` for `mqtt:payments`. */
  readonly scheme: string
  /**
   * Makes the reader of an address, which includes the scheme. Connects to nothing yet.
   *
   * @throws `SPILL_INPUT` for an address with a mistake.
   */
  open(address: string, setting: ReaderSetting): SourceReader
}

/** A kind of readers that Spillway has, for the help and the messages of commands. */
export interface BuiltInKind extends ReaderKind {
  /** The form of its addresses: `pg:TABLE`. */
  readonly form: string
  /** The place that an address names: `an outbox in PostgreSQL`. It is live; without `history` its past cannot be read again. */
  readonly description: string
  /** Makes the reader of a place of this kind that a text cannot name. @throws `SPILL_INPUT` for a setting that cannot be read. */
  openPlace?(place: FeedPlaceValue, setting: ReaderSetting): SourceReader
  /** The records of an address, or of a place, as a history. @throws `SPILL_INPUT` for a mistake, and for a setting that cannot be read. */
  history?(place: string | FeedPlaceValue, setting: HistorySetting): OpenRecords
}
