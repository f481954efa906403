/**
 * What a file seems to hold, for `spillway init --from FILE`: columns and their types, and which are likely the key, the event time and
 * the id, each with the reason. A guess from the first 10,000 records, for a person to correct.
 */
import { fileError } from './file-error.ts'
import type { FileFormat } from './input-file.ts'
import { openInput } from './input.ts'
import { ColumnSample, type InferredColumn, type TwoValues } from './column-sample.ts'
import { likelyId, likelyKey, likelyTime, type Choice } from './likely.ts'
import type { NumberStyle } from './written-number.ts'
import { likelyOutcomes, type OutcomeChoice } from './likely-outcome.ts'

export interface InferredSchema {
  readonly format: FileFormat
  readonly columns: readonly InferredColumn[]
  /** Fields that are no column: nested, or of several types. */
  readonly left: readonly { readonly name: string; readonly reason: string }[]
  /** Columns whose numbers may be thousands or fractions, each with a value and where it stood: they are text. */
  readonly unclear: readonly { readonly name: string; readonly text: string; readonly place: string }[]
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
/** Objects within objects that columns are looked for in. */
const DEPTH_MAX = 4

export interface InferOptions {
  /** Meaning of a comma in numbers written as text (decimal or thousands), for columns whose values are ambiguous. */
  readonly numbers?: NumberStyle | undefined
}

/** Throws `SPILL_INPUT` for a file that cannot be read, or has no record with a field. */
export async function inferSchema(path: string, options: InferOptions = {}): Promise<InferredSchema> {
  const file = await openInput(path)
  const fields = new Fields()
  let sampled = 0
  let undecodable = 0
  for await (const batch of file.batches()) {
    const { origin, records, undecodable: refused } = batch
    undecodable += refused.length
    for (const [i, record] of records.slice(0, SAMPLE_RECORDS - sampled).entries()) {
      if (!isObject(record)) undecodable++
      else fields.add(record, { isText: origin.text, isNested: file.format === 'ndjson', place: () => origin.placeOf(batch.numberOf(i)) })
      sampled++
    }
    if (sampled >= SAMPLE_RECORDS) break
  }
  const { samples, paths } = fields
  if (samples.size === 0) throw fileError(path, 'has no record with fields to infer columns from')
  const declared = new Map(file.columns?.map(({ name, type }) => [name, type]))
  const { styles, unclear } = stylesOf(samples, options.numbers)
  const inferred = [...samples].map(([name, sample]) => ({
    name,
    sample,
    type: fields.isMixed(name)
      ? { reason: 'an object in some records, and a value in others' }
      : sample.type(name, declared.get(name), styles.get(name)),
  }))
  const columns = inferred.flatMap(({ name, sample, type }) =>
    'reason' in type
      ? []
      : [columnOf({ name, ...type, nullable: sample.filled < sampled, distinct: sample.distinct }, sample, { declared, styles, paths })],
  )
  const left = inferred.flatMap(({ name, type }) => ('reason' in type ? [{ name, reason: type.reason }] : []))
  const time = likelyTime(columns, samples)
  const id = likelyId(columns, sampled, time)
  const key = likelyKey(columns, sampled, [time, id])
  const outcomes = likelyOutcomes(columns, [key, time, id])
  const span = time
    ? samples.get(time.column)!.span * (columns.find(({ name }) => name === time.column)!.written === 'seconds' ? 1000 : 1)
    : 0
  return { format: file.format, columns, left, unclear, key, time, id, outcomes, span, sampled, undecodable }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

interface Adding {
  readonly isText: boolean
  /** Objects in a record have columns of their own. */
  readonly isNested: boolean
  readonly place: () => string
}

/** The fields of records, those of objects in them by their path. */
class Fields {
  readonly samples = new Map<string, ColumnSample>()
  /** Of fields that are not at the top. */
  readonly paths = new Map<string, readonly string[]>()
  readonly #objects = new Set<string>()

  /** Objects with this name in some records, and other values in others. */
  isMixed(name: string): boolean {
    return this.#objects.has(name)
  }

  add(record: Readonly<Record<string, unknown>>, adding: Adding, above: readonly string[] = []): void {
    for (const [field, value] of Object.entries(record)) {
      const path = [...above, field]
      const name = path.join('.')
      if (adding.isNested && path.length < DEPTH_MAX && isObject(value)) {
        this.#objects.add(name)
        this.add(value, adding, path)
        continue
      }
      let sample = this.samples.get(name)
      if (!sample) this.samples.set(name, (sample = new ColumnSample()))
      if (path.length > 1) this.paths.set(name, path)
      sample.add(value, adding.isText, adding.place)
    }
  }
}

/** How numbers of each column are written; where a column does not tell, as the others of the file, or as `given`. */
function stylesOf(samples: ReadonlyMap<string, ColumnSample>, given: NumberStyle | undefined) {
  const styles = new Map<string, NumberStyle>()
  const open: string[] = []
  for (const [name, { numbers }] of samples)
    if (numbers === 'either') open.push(name)
    else if (numbers) styles.set(name, numbers)
  const others = new Set(styles.values())
  const style = given ?? (others.size === 1 ? [...others][0] : undefined)
  for (const name of open) if (style) styles.set(name, style)
  const unclear = style ? [] : open.map(name => ({ name, ...samples.get(name)!.unclear! }))
  return { styles, unclear }
}

interface Known {
  readonly declared: ReadonlyMap<string, string | undefined>
  readonly styles: ReadonlyMap<string, NumberStyle>
  readonly paths: ReadonlyMap<string, readonly string[]>
}

function columnOf(column: InferredColumn, sample: ColumnSample, { declared, styles, paths }: Known): InferredColumn {
  const { two, words } = sample
  const { name, type } = column
  const [numbers, path] = [styles.get(name), paths.get(name)]
  return {
    ...column,
    ...(two && { two }),
    ...(type === 'timestamp' && { written: sample.written(declared.get(name)) }),
    ...(numbers && { numbers }),
    ...(path && { path }),
    ...(type === 'bool' && words && { words: { yes: words.yes, no: words.no }, two: wordCounts(words) }),
  }
}

const wordCounts = ({ yes, no, counts }: NonNullable<ColumnSample['words']>): TwoValues => [
  [yes, counts[0]],
  [no, counts[1]],
]
