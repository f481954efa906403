/** One file into one or several intakes: read once, each record offered to every source that it feeds. */
import { formOf, type RecordBatch } from '../intake/batch.ts'
import type { Intake } from '../intake/intake.ts'
import { LineReader } from '../intake/line-reader.ts'
import type { SourceRefusal } from '../intake/refusal.ts'
import { matchColumns } from './columns.ts'
import { openInput } from './input.ts'

export interface TakeOptions {
  /** Records that could not be decoded: each is refused by every source that the file feeds. What a source refuses otherwise goes to its intake's own. */
  readonly onRefused: (refusal: SourceRefusal) => void
  /** Called with how many more records could not be decoded, however many sources they were for. */
  readonly onUndecodable?: ((records: number) => void) | undefined
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
export async function takeFile(path: string, intakes: readonly Intake[], options: TakeOptions): Promise<FileCounts> {
  const file = await openInput(path, intakes.length === 1 ? LineReader.of(intakes[0].source) : undefined)
  const matches = intakes.map(intake => matchColumns(file, intake.source))
  const wanted = matches.every(match => match.wanted) ? [...new Set(matches.flatMap(match => match.wanted!))] : undefined
  if (file.records !== undefined) for (const intake of intakes) intake.expect(file.records)
  let records = 0
  let undecodable = 0
  for await (const batch of file.batches(wanted)) {
    refuseUndecodable(batch, intakes, options)
    for (const intake of intakes) intake.take(batch)
    records += batch.records.length
    undecodable += batch.undecodable.length
    await options.onProgress?.(file.progress())
  }
  return { records, undecodable, warnings: matches.flatMap(match => match.warnings) }
}

function refuseUndecodable(
  { origin, undecodable }: RecordBatch,
  intakes: readonly Intake[],
  { onRefused, onUndecodable }: TakeOptions,
): void {
  if (undecodable.length === 0) return
  onUndecodable?.(undecodable.length)
  const form = formOf(origin)
  for (const refusal of undecodable) for (const { source } of intakes) onRefused({ ...refusal, source: source.name, ...(form && { form }) })
}
