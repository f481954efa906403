/** A field that a producer has renamed, renamed back in several dead letters at once. */
import type { LetterAnswer, SourceAnswer } from '../core/answers.ts'
import { countText } from '../core/text.ts'
import { fieldProblem, fieldsOf, type RecordField } from './record-fields.ts'

export interface RenameChoices {
  /** Fields of the records that are no column of the source. */
  readonly from: readonly string[]
  /** Columns that some of the records lack. */
  readonly to: readonly string[]
}

/** The renames that dead letters of one source may need. */
export function renameChoices(letters: readonly LetterAnswer[], source: SourceAnswer | undefined): RenameChoices {
  const columns = (source?.columns ?? []).map(({ name }) => name)
  const records = letters.map(letter => (letter.isMasked ? [] : namesOf(fieldsOf(letter.raw)))).filter(names => names.length > 0)
  return {
    from: [...new Set(records.flatMap(names => names.filter(name => !columns.includes(name))))],
    to: columns.filter(name => records.some(names => !names.includes(name))),
  }
}

export interface RenameEffect {
  /** Dead letters that have the field, and not the column. */
  readonly letters: readonly LetterAnswer[]
  /** The number of them that then have a fitting value in each column, and no field that is no column. */
  readonly fitting: number
}

/** Foretells a rename. The check of values is that of the page; the server's check on replay decides. */
export function renameEffect(letters: readonly LetterAnswer[], source: SourceAnswer, from: string, to: string): RenameEffect {
  const records = letters.flatMap(letter => {
    const fields = fieldsOf(letter.raw)
    const names = namesOf(fields)
    return fields && names.includes(from) && !names.includes(to) ? [{ letter, fields }] : []
  })
  const fits = (fields: readonly RecordField[]): boolean =>
    source.columns.every(column => fieldProblem(fields.find(({ name }) => name === column.name)?.json ?? '', column) === undefined) &&
    fields.every(({ name }) => source.columns.some(column => column.name === name))
  const renamed = records.map(({ fields }) => fields.map(field => (field.name === from ? { ...field, name: to } : field)))
  return { letters: records.map(({ letter }) => letter), fitting: renamed.filter(fits).length }
}

export interface SuggestedRename {
  readonly source: SourceAnswer
  readonly from: string
  readonly to: string
  readonly effect: RenameEffect
}

/** Fields of one source that a suggestion tries. */
const FIELDS_TRIED = 5

/** The rename after which the most dead letters fit the columns of their source; `undefined` if none would. */
export function suggestedRename(letters: readonly LetterAnswer[], sources: readonly SourceAnswer[]): SuggestedRename | undefined {
  const tried = sources.flatMap(source => {
    const own = letters.filter(letter => letter.source === source.name)
    const { from: fields, to: columns } = renameChoices(own, source)
    return fields
      .slice(0, FIELDS_TRIED)
      .flatMap(from => columns.map((to): SuggestedRename => ({ source, from, to, effect: renameEffect(own, source, from, to) })))
  })
  const [best] = tried.sort((a, b) => b.effect.fitting - a.effect.fitting)
  return best !== undefined && best.effect.fitting > 0 ? best : undefined
}

/** `73 of 75 have 'value' and no 'amount'; renamed, 72 fit the columns of payments.` */
export function renameText({ letters, fitting }: RenameEffect, of: number, from: string, to: string, source: string): string {
  const subject = `${countText(letters.length)} of ${countText(of)} ${of === 1 ? 'has' : 'have'}`
  return `${subject} '${from}' and no '${to}'; renamed, ${countText(fitting)} then ${fitting === 1 ? 'fits' : 'fit'} the columns of ${source}.`
}

const namesOf = (fields: readonly RecordField[] | undefined): string[] => (fields ?? []).map(({ name }) => name)
