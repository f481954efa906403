/** Samples the first records of a file or a topic (`INFER_RECORDS_MAX`): the values of each field, nested fields by their path. */
import { limits } from '../base/index.ts'
import { ColumnSample } from './column-sample.ts'
import { formatError } from './io/file-error.ts'
import type { FileColumn, FileFormat, InputFile } from './io/input-file.ts'
import { openInput } from './open-input.ts'

/** The first records of a file, by field. */
export interface RecordsSample {
  /** Path for messages. */
  readonly file: string
  readonly format: FileFormat
  /** Columns that the file states. */
  readonly declared: readonly FileColumn[]
  readonly samples: ReadonlyMap<string, ColumnSample>
  /** The records, to compare fields of one record. */
  readonly records: readonly Readonly<Record<string, unknown>>[]
  /** Paths of nested fields, by the names that join them. */
  readonly paths: ReadonlyMap<string, readonly string[]>
  /** The reason why a field cannot be a column, whatever its values are. */
  problemOf(name: string): string | undefined
  /** Number of sampled records, and of those that could not be decoded. */
  readonly sampled: number
  readonly undecodable: number
  /** The fraction of the file that was sampled, above 0 to 1. */
  readonly share: number
}

/** Depth of nested objects that are searched for columns. */
const DEPTH_MAX = 4

/**
 * @throws `SPILL_FILE` for a file that cannot be read, `SPILL_FORMAT` for one that has no record with a field.
 */
export async function sampleRecords(path: string): Promise<RecordsSample> {
  return sampleInput(await openInput(path), 'give a file with records')
}

/**
 * Samples records that are opened. `advice` is for records without fields; `declared` are columns that something else than the records states.
 *
 * @throws as `batches` of the input does, and `SPILL_FORMAT` without a record with a field.
 */
export async function sampleInput(
  file: InputFile,
  advice: string,
  declared: readonly FileColumn[] = file.columns ?? [],
): Promise<RecordsSample> {
  const fields = new Fields()
  const sampledRecords: Readonly<Record<string, unknown>>[] = []
  let sampled = 0
  let undecodable = 0
  // Undecodable records count, so a malformed file is not read to its end.
  let remaining: number = limits.INFER_RECORDS_MAX
  let read = 0
  for await (const batch of file.batches()) {
    const { origin, records, undecodable: undecodableRecords } = batch
    undecodable += undecodableRecords.length
    remaining -= undecodableRecords.length
    const selected = records.slice(0, Math.max(0, remaining))
    for (const [i, record] of selected.entries()) {
      if (!isObject(record)) undecodable++
      else {
        fields.add(record, { isText: origin.text, isNested: file.format === 'ndjson', place: () => origin.placeOf(batch.numberOf(i)) })
        sampledRecords.push(record)
      }
      sampled++
      remaining--
    }
    read += records.length
    if (remaining <= 0) break
  }
  const among = remaining > 0 ? '' : `, among the first ${limits.INFER_RECORDS_MAX} records (INFER_RECORDS_MAX)`
  if (fields.samples.size === 0) throw formatError(file.name, `has no record with fields to infer columns from${among}; ${advice}`)
  // Of a file that states no number of records, the last batch was read whole.
  const share = remaining > 0 ? 1 : file.records ? sampled / file.records : (file.progress() * sampled) / read
  return {
    file: file.name,
    format: file.format,
    declared,
    samples: fields.samples,
    records: sampledRecords,
    paths: fields.paths,
    problemOf: name => fields.problemOf(name),
    sampled,
    undecodable,
    share: Math.min(1, share),
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

interface AddOptions {
  readonly isText: boolean
  /** True if nested objects have columns of their own. */
  readonly isNested: boolean
  readonly place: () => string
}

/** Samples of all fields of the records; nested fields by their path. */
class Fields {
  readonly samples = new Map<string, ColumnSample>()
  /** Paths of nested fields. */
  readonly paths = new Map<string, readonly string[]>()
  readonly #objects = new Set<string>()
  /** Names of fields that are the names of nested fields, too: a field `a.b`, and a field `b` within `a`. */
  readonly #ambiguous = new Set<string>()

  problemOf(name: string): string | undefined {
    if (this.#objects.has(name)) return 'an object in some records, and a value in others'
    return this.#ambiguous.has(name) ? 'a field of this name, and a field within an object' : undefined
  }

  add(record: Readonly<Record<string, unknown>>, options: AddOptions, parents: readonly string[] = []): void {
    for (const [field, value] of Object.entries(record)) {
      const path = [...parents, field]
      const name = path.join('.')
      if (options.isNested && path.length < DEPTH_MAX && isObject(value)) {
        this.#objects.add(name)
        this.add(value, options, path)
        continue
      }
      let sample = this.samples.get(name)
      const known = this.paths.get(name)
      if (sample && (known ?? [name]).length !== path.length) this.#ambiguous.add(name)
      if (!sample) this.samples.set(name, (sample = new ColumnSample()))
      if (!known && path.length > 1) this.paths.set(name, path)
      sample.add(value, options.isText, options.place)
    }
  }
}
