/**
 * Accounts for the records of one file: each is accepted, rejected with a reason, a duplicate, skipped by the source's map, or in a file
 * that was rejected with an error.
 */
import { SpillwayError } from '../../src/base/errors.ts'
import { Strings } from '../../src/columns/strings.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { matchColumns } from '../../src/files/io/column-match.ts'
import { openInput } from '../../src/files/open-input.ts'
import { HistoryBuilder, type SourceHistory } from '../../src/intake/history-builder.ts'
import type { RowMap } from '../../src/intake/column-mapping.ts'
import { rejectionReasons, type Rejection } from '../../src/intake/rejection.ts'
import { displayValue } from '../../src/intake/field.ts'
import { valueAt } from '../../src/intake/row-reader.ts'
import { lostBytes, missingRows, rowKey, type Piece } from './conservation.ts'
import { SpyMap } from './spy-map.ts'

export interface Account {
  readonly accepted: number
  readonly dead: number
  readonly duplicate: number
  /** Records for which a map returned no row. */
  readonly skipped: number
  /** Records of a file that stopped with an error, which did not come out before it; at least one. */
  readonly rejected: number
  readonly unaccounted: number
  readonly crashed: number
  /** The faults, in words. */
  readonly faults: readonly string[]
}

/** A written file, and its known contents. */
export interface Written {
  readonly path: string
  readonly source: SourceIR
  readonly map: RowMap | undefined
  /** Number of records in it. */
  readonly records: number
  /** Its text before compression, if it is text. */
  readonly text: Buffer | undefined
  readonly hasHeader: boolean
  /** Rows, by `rowKey`, that must be accepted as they are. */
  readonly sound: readonly string[]
}

export async function account(file: Written): Promise<Account> {
  const spy = file.map && new SpyMap(file.map)
  const read = await readAll(file, spy)
  const { rejections, pieces, undecodable, error, counts } = read
  const isCrash = error !== undefined && !(error instanceof SpillwayError && error.code !== 'SPILL_ASSERT')
  const isRejected = error !== undefined && !isCrash
  const faults = rejections
    .filter(isVague)
    .map(({ reason, detail, place }) => `a rejection says too little: ${reason}, ${detail}, ${place}`)
  if (isCrash) faults.push(`crashed: ${error instanceof Error ? error.stack : displayValue(error)}`)
  if (!isCrash && file.text) faults.push(...lostBytes(file.text, pieces, { hasHeader: file.hasHeader, isRejected }))
  if (error === undefined) faults.push(...missingRows(file.sound, acceptedRows(read)))
  const { accepted, duplicates: duplicate, skipped } = counts
  const outcomes = accepted + duplicate + skipped + rejections.length
  const expected = (spy ? spy.outcomes : counts.records) + undecodable
  if (!isCrash && outcomes !== expected) faults.push(`${expected} outcomes were due, ${outcomes} came`)
  return {
    accepted,
    dead: rejections.length,
    duplicate,
    skipped,
    rejected: isRejected ? Math.max(1, file.records - counts.records - undecodable) : 0,
    unaccounted: isCrash ? 0 : faults.length,
    crashed: Number(isCrash),
    faults,
  }
}

interface Read extends SourceHistory {
  readonly strings: Strings
  readonly rejections: readonly Rejection[]
  readonly pieces: readonly Piece[]
  readonly undecodable: number
  readonly error: unknown
}

async function readAll({ path, source }: Written, spy: SpyMap | undefined): Promise<Read> {
  const rejections: Rejection[] = []
  const pieces: Piece[] = []
  const strings = new Strings()
  const intake = new HistoryBuilder(source, { strings, onRejected: rejection => void rejections.push(rejection), map: spy?.call })
  let undecodable = 0
  let error: unknown
  try {
    const input = await openInput(path)
    for await (const batch of input.batches(matchColumns(input, source).selected)) {
      undecodable += batch.undecodable.length
      rejections.push(...batch.undecodable)
      pieces.push(...batch.undecodable.map(pieceOf))
      batch.records.forEach((_, i) => pieces.push({ line: batch.numberOf(i), raw: Buffer.from(batch.rawOf(i)), isHead: false }))
      intake.validate(batch)
    }
  } catch (thrown) {
    error = thrown
  }
  return { ...intake.finish(), strings, rejections, pieces, undecodable, error }
}

const isVague = ({ reason, detail, place }: Rejection): boolean => !rejectionReasons.includes(reason) || detail === '' || place === ''

function pieceOf({ place, raw, detail }: Rejection): Piece {
  return { line: Number(/\d+$/.exec(place)), raw: Buffer.from(raw), isHead: detail.startsWith('a line of ') }
}

function acceptedRows({ source, block, strings }: Read): string[] {
  return Array.from({ length: block.length }, (_, row) =>
    rowKey(source, Object.fromEntries(source.columns.map(column => [column.name, valueAt(block, column, row, strings)]))),
  )
}
