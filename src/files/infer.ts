/**
 * What a file seems to hold, for `spillway init --from FILE`: columns and their types, and which are likely the key, the event time and
 * the id, each with the reason. A guess from the first 10,000 records, for a person to correct.
 */
import { fileError } from './file-error.ts'
import type { FileFormat } from './input-file.ts'
import { openInput } from './input.ts'
import { ColumnSample, type InferredColumn } from './column-sample.ts'
import { likelyId, likelyKey, likelyTime, type Choice } from './likely.ts'
import { likelyOutcomes, type OutcomeChoice } from './likely-outcome.ts'

export interface InferredSchema {
  readonly format: FileFormat
  readonly columns: readonly InferredColumn[]
  /** Fields that are no column: nested, or of several types. */
  readonly left: readonly { readonly name: string; readonly reason: string }[]
  readonly key: Choice | undefined
  readonly time: Choice | undefined
  readonly id: Choice | undefined
  /** Columns that may say what came of an event, the likeliest first. */
  readonly outcomes: readonly OutcomeChoice[]
  /** From the first event time of the sample to the last, ms. */
  readonly span: number
  /** Records looked at, and those among them that could not be decoded. */
  readonly sampled: number
  readonly undecodable: number
}

const SAMPLE_RECORDS = 10_000

/** Throws `SPILL_INPUT` for a file that cannot be read, or has no record with a field. */
export async function inferSchema(path: string): Promise<InferredSchema> {
  const file = await openInput(path)
  const samples = new Map<string, ColumnSample>()
  let sampled = 0
  let undecodable = 0
  for await (const { origin, records, undecodable: refused } of file.batches()) {
    undecodable += refused.length
    for (const record of records.slice(0, SAMPLE_RECORDS - sampled)) {
      if (typeof record !== 'object' || record === null || Array.isArray(record)) undecodable++
      else for (const [name, value] of Object.entries(record)) sampleOf(samples, name).add(value, origin.text)
      sampled++
    }
    if (sampled >= SAMPLE_RECORDS) break
  }
  if (samples.size === 0) throw fileError(path, 'has no record with fields to infer columns from')
  const declared = new Map(file.columns?.map(({ name, type }) => [name, type]))
  const inferred = [...samples].map(([name, sample]) => ({ name, sample, type: sample.type(name, declared.get(name)) }))
  const columns = inferred.flatMap(({ name, sample, type }) =>
    'reason' in type ? [] : [columnOf({ name, ...type, nullable: sample.filled < sampled, distinct: sample.distinct }, sample, declared)],
  )
  const left = inferred.flatMap(({ name, type }) => ('reason' in type ? [{ name, reason: type.reason }] : []))
  const time = likelyTime(columns, samples)
  const id = likelyId(columns, sampled, time)
  const key = likelyKey(columns, sampled, [time, id])
  const outcomes = likelyOutcomes(columns, [key, time, id])
  const span = time
    ? samples.get(time.column)!.span * (columns.find(({ name }) => name === time.column)!.written === 'seconds' ? 1000 : 1)
    : 0
  return { format: file.format, columns, left, key, time, id, outcomes, span, sampled, undecodable }
}

function columnOf(column: InferredColumn, sample: ColumnSample, declared: ReadonlyMap<string, string | undefined>): InferredColumn {
  const { two } = sample
  return {
    ...column,
    ...(two && { two }),
    ...(column.type === 'timestamp' && { written: sample.written(declared.get(column.name)) }),
  }
}

function sampleOf(samples: Map<string, ColumnSample>, name: string): ColumnSample {
  let sample = samples.get(name)
  if (!sample) samples.set(name, (sample = new ColumnSample()))
  return sample
}
