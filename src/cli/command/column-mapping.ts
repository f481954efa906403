/**
 * Column mappings of history files: `--column SOURCE.COLUMN=FIELD`, or `columns` of a source in `spillway.config.ts`.
 * The mappings are checked against the pipeline, then against the files, before any record is read.
 */
import { SpillwayError, didYouMean, unknownNameError } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import type { Pipeline } from '../../define/index.ts'
import { type OpenRecords, openInput } from '../../files/index.ts'
import { type ColumnMapping, requiredReason } from '../../intake/index.ts'
import type { SourceFile } from '../../replay/index.ts'
import { UsageError } from './command.ts'

/** The option `--column` of a command that reads histories. */
export const columnOption = {
  multiple: true,
  setting: 'columns',
  value: 'SOURCE.COLUMN=FIELD',
  help: 'the name of a column in the history files; may be repeated',
} as const

/** A column of a source, and its name in the history files. */
export interface ColumnOption {
  readonly source: string
  readonly column: string
  readonly fieldName: string
}

/** Parses the values of `--column`, for history files. Throws `UsageError`. */
export function columnOptions(texts: readonly string[] = [], files: readonly SourceFile[]): ColumnOption[] {
  if (texts.length > 0 && files.length === 0) throw new UsageError('--column needs --source')
  return texts.map(text => {
    const [, source, column, fieldName] = /^([^.=]+)\.([^=]+)=(.+)$/.exec(text) ?? []
    if (source === undefined)
      throw new UsageError(`--column ${text} is not SOURCE.COLUMN=FIELD; write for example readings.glucose=value_mg`)
    return { source, column, fieldName }
  })
}

/** History files with their column mappings. Throws as `columnMappingsOf` and `checkHistoryFields` do. */
export async function mappedFiles(
  pipeline: Pick<Pipeline, 'ir' | 'maps'>,
  files: readonly SourceFile[],
  columns: readonly ColumnOption[],
): Promise<readonly SourceFile[]> {
  if (columns.length === 0) return files
  const mappings = columnMappingsOf(pipeline, columns)
  const mapped = files.filter(({ source }) => mappings.has(source))
  await checkHistoryFields(
    pipeline.ir.sources.filter(({ name }) => mappings.has(name)),
    mappings,
    mapped,
  )
  return files.map(file => (mapped.includes(file) ? withColumns(file, mappings) : file))
}

/** A file with the names that it has for columns of its source. */
export const withColumns = (file: SourceFile, mappings: ReadonlyMap<string, ColumnMapping>): SourceFile => ({
  ...file,
  columns: Object.fromEntries(mappings.get(file.source) ?? []),
})

/** Column mappings by source. Throws `SPILL_NOT_FOUND` for an unknown source or column, `SPILL_INPUT` for an ambiguous mapping. */
export function columnMappingsOf(
  { ir, maps }: Pick<Pipeline, 'ir' | 'maps'>,
  columns: readonly ColumnOption[],
): Map<string, ColumnMapping> {
  const mappings = new Map<string, Map<string, string>>()
  for (const { source: name, column, fieldName: theirs } of columns) {
    const source = ir.sources.find(candidate => candidate.name === name)
    const sources = ir.sources.map(candidate => candidate.name)
    if (!source) throw unknownNameError(ir.name, 'source', name, sources)
    const columnNames = source.columns.map(({ name: columnName }) => columnName)
    if (!maps.has(name) && !columnNames.includes(column))
      throw new SpillwayError('SPILL_NOT_FOUND', `source '${name}' has no column '${column}'${didYouMean(column, columnNames)}`)
    if (theirs === '__proto__') throw new SpillwayError('SPILL_INPUT', `no column may be called '__proto__'; rename it in the files`)
    const names = mappings.get(name) ?? new Map<string, string>()
    const before = names.get(column)
    if (before !== undefined)
      throw new SpillwayError('SPILL_INPUT', `--column ${name}.${column} is given twice, as '${before}' and as '${theirs}'; leave one out`)
    const conflict = [...names].find(([, other]) => other === theirs)
    if (conflict)
      throw new SpillwayError(
        'SPILL_INPUT',
        `--column maps both '${conflict[0]}' and '${column}' of source '${name}' to '${theirs}'; map each column to a field of its own`,
      )
    mappings.set(name, names.set(column, theirs))
  }
  for (const source of ir.sources) if (!maps.has(source.name)) checkCollisions(source, mappings.get(source.name) ?? new Map())
  return mappings
}

/** Rejects a mapping onto the name of a second column of the source, unless that column is mapped too. */
function checkCollisions({ name, columns }: SourceIR, names: ColumnMapping): void {
  for (const [column, theirs] of names)
    if (columns.some(candidate => candidate.name === theirs) && !names.has(theirs))
      throw new SpillwayError(
        'SPILL_INPUT',
        `--column maps '${column}' of source '${name}' to '${theirs}', which is a different column of the source; map that column too: --column ${name}.${theirs}=FIELD`,
      )
}

/** The fields that the files must have: the mapped names, and the required columns of a source without a map function. */
function requiredFields(source: SourceIR, names: ColumnMapping = new Map()): string[] {
  if (source.mapVersion !== undefined) return [...names.values()]
  const required = source.columns.filter(
    column => names.has(column.name) || (requiredReason(source, column) !== undefined && column.default === undefined && !column.aliases),
  )
  return required.map(({ name }) => names.get(name) ?? name)
}

/**
 * Checks the mappings against the fields of the files. Returns warnings about missing and ignored fields of NDJSON files, from a sample.
 * Throws `SPILL_NOT_FOUND`, with the fix, for a mapped name that no file has, and for a missing required column.
 */
function checkColumnMappings(
  sources: readonly SourceIR[],
  names: ReadonlyMap<string, ColumnMapping>,
  filesOf: (source: string) => readonly FileFields[],
): string[] {
  return sources.flatMap(source => {
    const theirs = names.get(source.name) ?? new Map<string, string>()
    const files = filesOf(source.name)
    for (const [column, name] of theirs) if (files.length > 0) checkNamed(source.name, column, name, files)
    return source.mapVersion === undefined ? files.flatMap(file => fieldWarnings(source, theirs, file)) : []
  })
}

function checkNamed(source: string, column: string, theirs: string, files: readonly FileFields[]): void {
  if (files.some(({ names }) => names.includes(theirs))) return
  const all = [...new Set(files.flatMap(({ names }) => names))]
  throw new SpillwayError(
    'SPILL_NOT_FOUND',
    `${listed(files.map(({ file }) => file))} ${files.length > 1 ? 'have' : 'has'} no column '${theirs}', which the column mapping ${source}.${column}=${theirs} names${didYouMean(theirs, all) || `; there is ${all.slice(0, 20).join(', ')}…`}`,
  )
}

function fieldWarnings(source: SourceIR, theirs: ColumnMapping, { file, names, isSample }: FileFields): string[] {
  const expected = source.columns.map(column => {
    const name = theirs.get(column.name) ?? column.name
    return { column, name, known: theirs.has(column.name) ? [name] : [name, ...(column.aliases ?? [])] }
  })
  const missing = expected.filter(({ known }) => !known.some(name => names.includes(name)))
  const extra = names.filter(name => !expected.some(({ known }) => known.includes(name)))
  const needed = missing.find(({ column }) => requiredReason(source, column) !== undefined && column.default === undefined)
  if (needed && names.length > 0)
    throw new SpillwayError(
      'SPILL_NOT_FOUND',
      `has no column '${needed.name}', which source '${source.name}' needs; if it has a different name there, add --column ${source.name}.${needed.column.name}=FIELD${
        didYouMean(needed.name, extra) || `; there is ${extra.slice(0, 20).join(', ')}`
      }`,
      { place: file },
    )
  if (!isSample) return []
  return [
    ...missing.map(
      ({ name, column }) =>
        `the first records of ${file} have no field '${name}', so it is ${column.default === undefined ? 'NULL' : 'its default'} in ` +
        `'${source.name}'${didYouMean(name, extra)}`,
    ),
    ...(extra.length > 0 ? [`${file} has fields that '${source.name}' does not name, ignored: ${extra.join(', ')}`] : []),
  ]
}

const listed = (names: readonly string[]): string => new Intl.ListFormat('en').format(names)

/** Reads the field names of each file once and checks them. Throws like `checkColumnMappings`. */
export async function checkHistoryFields(
  sources: readonly SourceIR[],
  mappings: ReadonlyMap<string, ColumnMapping>,
  files: readonly SourceFile[],
): Promise<{ warnings: string[]; fields: (source: string) => FileFields[] }> {
  const requiredBySource = new Map(sources.map(source => [source.name, requiredFields(source, mappings.get(source.name))]))
  const fields = new Map<string, FileFields>()
  for (const path of new Set(files.map(file => file.path))) {
    const expected = files.filter(file => file.path === path).flatMap(({ source }) => requiredBySource.get(source) ?? [])
    const open = files.find(file => file.path === path)?.open
    fields.set(path, await fieldsOfFile(path, expected, open))
  }
  const fieldsOfSource = (source: string): FileFields[] => files.filter(file => file.source === source).map(({ path }) => fields.get(path)!)
  return { warnings: checkColumnMappings(sources, mappings, fieldsOfSource), fields: fieldsOfSource }
}

/** The field names of a file. */
export interface FileFields {
  /** The name of the file in messages. */
  readonly file: string
  readonly names: readonly string[]
  /** True for NDJSON: records after the sample may have more fields. */
  readonly isSample: boolean
}

/**
 * Reads the field names. Reads NDJSON until all of `fieldNames` were found, and at least one batch; to its end only if a field is missing.
 * Throws `SPILL_FILE` for a file that cannot be read.
 */
async function fieldsOfFile(path: string, fieldNames: readonly string[], open?: OpenRecords): Promise<FileFields> {
  const file = open?.() ?? (await openInput(path))
  if (file.columns) return { file: file.name, names: file.columns.map(({ name }) => name), isSample: false }
  const names = new Set<string>()
  for await (const { records } of file.batches()) {
    for (const record of records) if (typeof record === 'object' && record !== null) for (const name of Object.keys(record)) names.add(name)
    if (names.size > 0 && fieldNames.every(name => names.has(name))) break
  }
  return { file: file.name, names: [...names], isSample: true }
}
