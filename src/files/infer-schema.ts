/**
 * Infers the schema of a file, for `spillway init --from FILE`: columns with types, and the likely key, event time and id, each with a
 * reason. A guess from the first records (`INFER_RECORDS_MAX`), for a person to correct.
 */
import { limits } from '../base/index.ts'
import { formatError } from './file-error.ts'
import type { FileFormat } from './input-file.ts'
import { openInput } from './open-input.ts'
import { ColumnSample, type InferredColumn, type TwoValueCounts } from './column-sample.ts'
import { likelyId, likelyKey, likelyTime, type ColumnChoice, likelyOutcomes, type OutcomeChoice } from './likely-columns.ts'
import type { NumberStyle } from './number-style.ts'

export interface InferredSchema {
  readonly format: FileFormat
  readonly columns: readonly InferredColumn[]
  /** Fields that cannot be columns: nested, or of several types. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
  /** Columns whose comma or point is ambiguous (thousands or fraction), with an example and its place; they become text. */
  readonly unclear: readonly { readonly name: string; readonly text: string; readonly place: string }[]
  readonly key: ColumnChoice | undefined
  readonly time: ColumnChoice | undefined
  readonly id: ColumnChoice | undefined
  /** Columns that may hold the outcome of an event, likeliest first. */
  readonly outcomes: readonly OutcomeChoice[]
  /** From the first event time of the sample to the last, ms. */
  readonly span: number
  /** Number of sampled records, and of those that could not be decoded. */
  readonly sampled: number
  readonly undecodable: number
}

/** Depth of nested objects that are searched for columns. */
const DEPTH_MAX = 4

export interface InferOptions {
  /** Meaning of a comma in numbers written as text (decimal or thousands), for columns whose values are ambiguous. */
  readonly numbers?: NumberStyle | undefined
}

/**
 * @throws `SPILL_FILE` for a file that cannot be read, `SPILL_FORMAT` for one that has no record with a field.
 */
export async function inferSchema(path: string, options: InferOptions = {}): Promise<InferredSchema> {
  const file = await openInput(path)
  const fields = new Fields()
  let sampled = 0
  let undecodable = 0
  // Undecodable records count, so a malformed file is not read to its end.
  let remaining: number = limits.INFER_RECORDS_MAX
  for await (const batch of file.batches()) {
    const { origin, records, undecodable: undecodableRecords } = batch
    undecodable += undecodableRecords.length
    remaining -= undecodableRecords.length
    for (const [i, record] of records.slice(0, Math.max(0, remaining)).entries()) {
      if (!isObject(record)) undecodable++
      else fields.add(record, { isText: origin.text, isNested: file.format === 'ndjson', place: () => origin.placeOf(batch.numberOf(i)) })
      sampled++
      remaining--
    }
    if (remaining <= 0) break
  }
  const { samples, paths } = fields
  const among = remaining > 0 ? '' : `, among the first ${limits.INFER_RECORDS_MAX} records (INFER_RECORDS_MAX)`
  if (samples.size === 0) throw formatError(path, `has no record with fields to infer columns from${among}`)
  const declared = new Map(file.columns?.map(({ name, type }) => [name, type]))
  const { styles, unclear } = stylesOf(samples, options.numbers)
  const inferred = [...samples].map(([name, sample]) => ({
    name,
    sample,
    type: fields.isMixed(name)
      ? { reason: 'an object in some records, and a value in others' }
      : sample.inferType(name, declared.get(name), styles.get(name)),
  }))
  const columns = inferred.flatMap(({ name, sample, type }) =>
    'reason' in type
      ? []
      : [columnOf({ name, ...type, nullable: sample.filled < sampled, distinct: sample.distinct }, sample, { declared, styles, paths })],
  )
  const skipped = inferred.flatMap(({ name, type }) => ('reason' in type ? [{ name, reason: type.reason }] : []))
  const time = likelyTime(columns, samples)
  const id = likelyId(columns, sampled, time)
  const key = likelyKey(columns, sampled, [time, id])
  const outcomes = likelyOutcomes(columns, [key, time, id])
  const span = time
    ? samples.get(time.column)!.span * (columns.find(({ name }) => name === time.column)!.timeFormat === 'seconds' ? 1000 : 1)
    : 0
  return { format: file.format, columns, skipped, unclear, key, time, id, outcomes, span, sampled, undecodable }
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

  /** True if the field is an object in some records and another value in others. */
  isMixed(name: string): boolean {
    return this.#objects.has(name)
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
      if (!sample) this.samples.set(name, (sample = new ColumnSample()))
      if (path.length > 1) this.paths.set(name, path)
      sample.add(value, options.isText, options.place)
    }
  }
}

/** Number format of each column. A column that does not tell has `preferred`, or the format of the file's other columns. */
function stylesOf(samples: ReadonlyMap<string, ColumnSample>, preferred: NumberStyle | undefined) {
  const styles = new Map<string, NumberStyle>()
  const undecided: string[] = []
  for (const [name, { numbers }] of samples)
    if (numbers === 'either') undecided.push(name)
    else if (numbers) styles.set(name, numbers)
  const knownStyles = new Set(styles.values())
  const style = preferred ?? (knownStyles.size === 1 ? [...knownStyles][0] : undefined)
  for (const name of undecided) if (style) styles.set(name, style)
  const unclear = style ? [] : undecided.map(name => ({ name, ...samples.get(name)!.unclear! }))
  return { styles, unclear }
}

interface FileFacts {
  readonly declared: ReadonlyMap<string, string | undefined>
  readonly styles: ReadonlyMap<string, NumberStyle>
  readonly paths: ReadonlyMap<string, readonly string[]>
}

function columnOf(column: InferredColumn, sample: ColumnSample, { declared, styles, paths }: FileFacts): InferredColumn {
  const { valueCounts: two, words } = sample
  const { name, type } = column
  const [numbers, path] = [styles.get(name), paths.get(name)]
  return {
    ...column,
    ...(two && { valueCounts: two }),
    ...(type === 'timestamp' && { timeFormat: sample.timeFormat(declared.get(name)) }),
    ...(numbers && { numbers }),
    ...(path && { path }),
    ...(type === 'bool' && words && { words: { yes: words.yes, no: words.no }, valueCounts: wordCounts(words) }),
  }
}

const wordCounts = ({ yes, no, counts }: NonNullable<ColumnSample['words']>): TwoValueCounts => [
  [yes, counts[0]],
  [no, counts[1]],
]
