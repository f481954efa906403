/** One file into one or several intakes: read once, each record offered to every source that it feeds. */
import type { Intake } from '../intake/intake.ts'
import { LineReader } from '../intake/line-reader.ts'
import type { Refusal } from '../intake/refusal.ts'
import { matchColumns } from './columns.ts'
import { openInput } from './input.ts'

export interface TakeOptions {
  /** Records that could not be decoded; those that a source refuses go to its intake's own. */
  readonly onRefused: (refusal: Refusal) => void
  /** Called a batch (2,000 rows or 256 kB), with the share of the file read, 0 to 1. Reading goes on when it resolves. */
  readonly onProgress?: (share: number) => void | Promise<void>
}

export interface FileCounts {
  /** Records decoded; each of them was offered to every intake. */
  readonly records: number
  readonly undecodable: number
  /** Once a file, in words: columns ignored or missing. */
  readonly warnings: readonly string[]
}

/** Throws `SPILL_INPUT` if the file cannot be read or has not the columns needed; what stood before a damage was taken. */
export async function takeFile(path: string, intakes: readonly Intake[], { onRefused, onProgress }: TakeOptions): Promise<FileCounts> {
  const file = await openInput(path, intakes.length === 1 ? LineReader.of(intakes[0].source) : undefined)
  const matches = intakes.map(intake => matchColumns(file, intake.source))
  const wanted = matches.every(match => match.wanted) ? [...new Set(matches.flatMap(match => match.wanted!))] : undefined
  if (file.records !== undefined) for (const intake of intakes) intake.expect(file.records)
  let records = 0
  let undecodable = 0
  for await (const batch of file.batches(wanted)) {
    for (const refusal of batch.undecodable) onRefused(refusal)
    for (const intake of intakes) intake.take(batch)
    records += batch.records.length
    undecodable += batch.undecodable.length
    await onProgress?.(file.progress())
  }
  return { records, undecodable, warnings: matches.flatMap(match => match.warnings) }
}
