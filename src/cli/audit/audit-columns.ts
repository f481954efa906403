/** What the files of a history call the columns of sources: `--column SOURCE.COLUMN=THEIRS`, held against the pipeline first and then against the files, before anything of them is taken. */
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import type { SourceIR } from '../../define/ir/ir.ts'
import type { Pipeline } from '../../define/pipeline.ts'
import type { TheirNames } from '../../intake/their-names.ts'
import { requiredAs } from '../../intake/row-reader.ts'
import type { ColumnName } from './audit-request.ts'
import type { FileFields } from '../command/file-fields.ts'

/** By source, of those that have any. Throws `SPILL_INPUT` for a source or column that there is not, and for names that would be two columns' or two of one. */
export function theirNames({ ir, maps }: Pick<Pipeline, 'ir' | 'maps'>, columns: readonly ColumnName[]): Map<string, TheirNames> {
  const found = new Map<string, Map<string, string>>()
  for (const { source: name, column, theirs } of columns) {
    const source = ir.sources.find(candidate => candidate.name === name)
    const sources = ir.sources.map(one => one.name)
    if (!source) throw new SpillwayError('SPILL_INPUT', `no source '${name}' in pipeline '${ir.name}'${didYouMean(name, sources)}`)
    const own = source.columns.map(one => one.name)
    if (!maps.has(name) && !own.includes(column))
      throw new SpillwayError('SPILL_INPUT', `source '${name}' has no column '${column}'${didYouMean(column, own)}`)
    if (theirs === '__proto__') throw new SpillwayError('SPILL_INPUT', `no column may be called '__proto__'; rename it in the files`)
    const names = found.get(name) ?? new Map<string, string>()
    const before = names.get(column)
    if (before !== undefined)
      throw new SpillwayError('SPILL_INPUT', `--column ${name}.${column} is given twice, as '${before}' and as '${theirs}'; leave one out`)
    const twin = [...names].find(([, other]) => other === theirs)
    if (twin)
      throw new SpillwayError(
        'SPILL_INPUT',
        `--column says that both '${twin[0]}' and '${column}' of source '${name}' are called '${theirs}'; a column of the files is one column of a source`,
      )
    found.set(name, names.set(column, theirs))
  }
  for (const [name, names] of found)
    if (!maps.has(name))
      checkOwn(
        ir.sources.find(source => source.name === name)!,
        names,
      )
  return found
}

/** A name of theirs that is one of ours too is taken from the column that has it. */
function checkOwn({ name, columns }: SourceIR, names: TheirNames): void {
  for (const [column, theirs] of names)
    if (columns.some(own => own.name === theirs) && !names.has(theirs))
      throw new SpillwayError(
        'SPILL_INPUT',
        `--column says that the files call '${column}' of source '${name}' '${theirs}', which is another column of the source; say what they call that one: --column ${name}.${theirs}=THEIRS`,
      )
}

/** What is looked for in the records of a source: the names that were given, and, where no map says what is read of a record, what it needs. */
export function fieldsWanted(source: SourceIR, names: TheirNames = new Map()): string[] {
  if (source.mapVersion !== undefined) return [...names.values()]
  const needed = source.columns.filter(column => names.has(column.name) || requiredAs(source, column) !== undefined)
  return needed.map(({ name }) => names.get(name) ?? name)
}

/**
 * Throws `SPILL_INPUT` for a name of theirs that no file of the source has, and for a column that a source needs and a file has not, with what to write. Returns, in words, what is left out or not there of
 * files that do not say themselves which columns they have.
 */
export function checkFields(
  sources: readonly SourceIR[],
  names: ReadonlyMap<string, TheirNames>,
  filesOf: (source: string) => readonly FileFields[],
): string[] {
  return sources.flatMap(source => {
    const theirs = names.get(source.name) ?? new Map<string, string>()
    const files = filesOf(source.name)
    for (const [column, name] of theirs) if (files.length > 0) checkNamed(source.name, column, name, files)
    return source.mapVersion === undefined ? files.flatMap(file => compared(source, theirs, file)) : []
  })
}

function checkNamed(source: string, column: string, theirs: string, files: readonly FileFields[]): void {
  if (files.some(({ names }) => names.includes(theirs))) return
  const all = [...new Set(files.flatMap(({ names }) => names))]
  throw new SpillwayError(
    'SPILL_INPUT',
    `${listed(files.map(({ file }) => file))} ${files.length > 1 ? 'have' : 'has'} no column '${theirs}', which --column ${source}.${column}=${theirs} names${didYouMean(theirs, all) || `; there is ${all.slice(0, 20).join(', ')}…`}`,
  )
}

function compared(source: SourceIR, theirs: TheirNames, { file, names, isSample }: FileFields): string[] {
  const called = source.columns.map(column => ({ column, name: theirs.get(column.name) ?? column.name }))
  const missing = called.filter(({ name }) => !names.includes(name))
  const extra = names.filter(name => !called.some(one => one.name === name))
  const needed = missing.find(({ column }) => requiredAs(source, column) !== undefined)
  if (needed && names.length > 0)
    throw new SpillwayError(
      'SPILL_INPUT',
      `has no column '${needed.name}', which source '${source.name}' needs; if it is called otherwise there, say so: --column ${source.name}.${needed.column.name}=THEIRS${
        didYouMean(needed.name, extra) || `; there is ${extra.slice(0, 20).join(', ')}`
      }`,
      { place: file },
    )
  if (!isSample) return []
  return [
    ...missing.map(
      ({ name }) => `none of the first records of ${file} has '${name}', which is NULL in '${source.name}' then${didYouMean(name, extra)}`,
    ),
    ...(extra.length > 0 ? [`${file} has fields that '${source.name}' does not name, ignored: ${extra.join(', ')}`] : []),
  ]
}

const listed = (names: readonly string[]): string => new Intl.ListFormat('en').format(names)
