/**
 * Positions in files, as they are stored.
 *
 * NDJSON that may grow has a position in bytes. CSV, Parquet and gzip have the number of the last record that was read, decoded or not,
 * and the identity of the file. Earlier versions stored positions without a kind, and counted decoded records.
 */
import {
  checkIdentity,
  checkLineEnd,
  type DetectedFile,
  displayPath,
  fileError,
  type FileIdentity,
  type FilePosition,
} from '../../files/index.ts'
import { type IsPosition, parsePosition, storedPositionIn } from '../reader/stored-position.ts'

/** Position in NDJSON that may grow: byte, line, inode and the checksum of its first bytes. */
export interface BytePosition extends FilePosition {
  readonly kind: 'bytes'
}

/** Position in a file that is read once: the number of the last record that was read, which is a line, or a row of Parquet. */
export interface RecordPosition extends FileIdentity {
  readonly kind: 'lines' | 'rows'
  readonly last: number
  /** As in `InputFile`: the last line may be the beginning of a longer one. */
  readonly unterminatedEnd?: number
}

/** Position of an earlier version in a file that is read once: the number of decoded records that were read. */
export interface CountPosition {
  readonly kind: 'count'
  readonly records: number
}

/** A position in a file of any format. */
export type StoredFilePosition = BytePosition | RecordPosition | CountPosition

const formatNames = { ndjson: 'NDJSON', csv: 'CSV', parquet: 'Parquet' } as const
/** By kind of position: the formats that have it. */
const formatsOf = { bytes: 'NDJSON', lines: 'CSV or gzip', rows: 'Parquet', count: 'CSV, Parquet or gzip' } as const

/** The position in a text that the reader of a file has stored. Throws `SPILL_DATA` for a text that is no position. */
export const parseFilePosition = (path: string, text: string): StoredFilePosition =>
  withKind(parsePosition(displayPath(path), text, isFilePosition))

/** Describes what was read before the stored position of any reader: `line 12 (byte 480)`, or its own text if it is no file's. */
export function readUpToText(text: string): string {
  const position = storedPositionIn<StoredFilePosition>(text, isFilePosition)
  return position === undefined ? text : readUpTo(withKind(position))
}

function withKind(position: StoredFilePosition): StoredFilePosition {
  if (position.kind !== undefined) return position
  return 'records' in position ? { ...(position as CountPosition), kind: 'count' } : { ...(position as BytePosition), kind: 'bytes' }
}

const isFilePosition: IsPosition = value => {
  const { kind, records, last, inode, size, head, unterminatedEnd = 0 } = value
  if (kind === 'lines' || kind === 'rows') return [last, inode, size, unterminatedEnd].every(isNumber) && typeof head === 'string'
  if (kind === 'bytes') return isBytePosition(value)
  return kind === undefined && (records === undefined ? isBytePosition(value) : isNumber(records))
}

/** True for a position in NDJSON, whatever else the value holds. */
export const isBytePosition: IsPosition = ({ offset, line, inode, head = '' }) =>
  [offset, line, inode].every(isNumber) && typeof head === 'string'

const isNumber = (value: unknown): boolean => typeof value === 'number' && value >= 0

/** The kind of the positions in a file. */
export function positionKind({ format, gzip }: DetectedFile): 'bytes' | 'lines' | 'rows' {
  if (format === 'parquet') return 'rows'
  return format === 'ndjson' && !gzip ? 'bytes' : 'lines'
}

/**
 * Checks that a position is one in this file. NDJSON has its identity checked by `followNdjson`, and the positions of earlier versions in
 * CSV, Parquet and gzip have none.
 *
 * @throws `SPILL_FILE` for a position in a file of a different format, for a different file, for one that became shorter, and for one whose
 * last line has become longer.
 */
export async function checkFilePosition(file: DetectedFile, position: StoredFilePosition): Promise<void> {
  const kind = positionKind(file)
  const isKnown = position.kind === 'count' ? kind !== 'bytes' : position.kind === kind
  if (!isKnown) {
    const problem = `is ${file.gzip ? 'gzip' : formatNames[file.format]}, and was ${formatsOf[position.kind]} when it was read up to ${readUpTo(position)}`
    throw fileError(file.path, `${problem}; give it another name, or start with an empty data folder`)
  }
  if (position.kind !== 'lines' && position.kind !== 'rows') return
  checkIdentity(file, position, readUpTo(position))
  if (position.unterminatedEnd !== undefined) await checkLineEnd(file, position.unterminatedEnd, readUpTo(position))
}

/** Describes what was read before a position: `line 12`. */
export function readUpTo(position: StoredFilePosition): string {
  switch (position.kind) {
    case 'bytes':
      return `line ${position.line} (byte ${position.offset})`
    case 'lines':
      return `line ${position.last}`
    case 'rows':
      return `row ${position.last}`
    case 'count':
      return `its first ${position.records} records`
  }
}
