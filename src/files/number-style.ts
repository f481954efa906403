/** Recognises numbers and yes/no words in human and spreadsheet formats: `1.234,5`, `1,234.5`, `ja`. */

/** `comma`: a comma separates the fraction. `grouped`: a comma or an apostrophe groups thousands. */
export type NumberStyle = 'comma' | 'grouped'

/** `either`: the comma may do both. `spaced`: a blank or an apostrophe groups thousands, and there is no fraction. */
export type NumberKind = NumberStyle | 'either' | 'spaced'

const commaFraction = /^[-+]?(?:\d+|\d{1,3}(?:[.\s'’]\d{3})+),\d+$/
const pointGroups = /^[-+]?[1-9]\d{0,2}(?:\.\d{3}){2,}$/
const commaGroups = /^[-+]?[1-9]\d{0,2}(?:[,'’]\d{3})+\.\d+$|^[-+]?[1-9]\d{0,2}(?:,\d{3}){2,}$/
/** 1.234 may be a fraction or a thousand. */
const onePointGroup = /^[-+]?[1-9]\d{0,2}\.\d{3}$/
const oneCommaGroup = /^[-+]?[1-9]\d{0,2},\d{3}$/
const spacedGroups = /^[-+]?[1-9]\d{0,2}(?:[\s'’]\d{3})+$/

/** `undefined`: not a number with groups or with a comma. */
export function numberStyleOf(text: string): NumberKind | undefined {
  const number = text.trim()
  if (oneCommaGroup.test(number)) return 'either'
  if (commaFraction.test(number) || pointGroups.test(number)) return 'comma'
  if (spacedGroups.test(number)) return 'spaced'
  return commaGroups.test(number) ? 'grouped' : undefined
}

/** True if the point in this number may group thousands. */
export const mayBeGrouped = (text: string): boolean => onePointGroup.test(text.trim())

/** Number of fraction digits. */
export const fractionDigits = (text: string, style: NumberStyle): number => {
  const at = text.trim().lastIndexOf(style === 'comma' ? ',' : '.')
  return at < 0 ? 0 : text.trim().length - at - 1
}

/** Words for yes, each with its words for no. */
const pairs: readonly (readonly [yes: string, ...no: readonly string[]])[] = [
  ['yes', 'no'],
  ['y', 'n'],
  ['true', 'false'],
  ['t', 'f'],
  ['ja', 'nein', 'nej', 'nee'],
  ['j', 'n'],
  ['wahr', 'falsch'],
  ['waar', 'onwaar'],
  ['oui', 'non'],
  ['vrai', 'faux'],
  ['si', 'no'],
  ['sí', 'no'],
  ['sì', 'no'],
  ['verdadero', 'falso'],
  ['vero', 'falso'],
  ['sim', 'não', 'nao'],
  ['tak', 'nie'],
  ['evet', 'hayır'],
  ['да', 'нет'],
  ['はい', 'いいえ'],
]

/** A pair of lower-case words for yes and no. */
export interface YesNoWords {
  readonly yes: string
  readonly no: string
}

export function yesNoWordsOf(words: readonly string[]): YesNoWords | undefined {
  if (words.length !== 2) return undefined
  for (const [yes, no] of [words, words.toReversed()])
    if (pairs.some(([word, ...others]) => word === yes && others.includes(no))) return { yes, no }
  return undefined
}
