/** Recognises numbers and yes/no words in human and spreadsheet formats: `1.234,5`, `1,234.5`, `ja`. */

/** `comma`: a comma separates the fraction. `grouped`: a comma groups thousands. */
export type NumberStyle = 'comma' | 'grouped'

const commaFraction = /^[-+]?(?:\d+|\d{1,3}(?:[.\s'’]\d{3})+),\d+$/
const pointGroups = /^[-+]?[1-9]\d{0,2}(?:\.\d{3}){2,}$/
const commaGroups = /^[-+]?[1-9]\d{0,2}(?:,\d{3})+\.\d+$|^[-+]?[1-9]\d{0,2}(?:,\d{3}){2,}$/
/** 1.234 may be a fraction or a thousand. */
const onePointGroup = /^[-+]?[1-9]\d{0,2}\.\d{3}$/
const oneCommaGroup = /^[-+]?[1-9]\d{0,2},\d{3}$/

/** `either`: 1,234 may be a thousand or a fraction. `undefined`: not a number with a comma. */
export function numberStyleOf(text: string): NumberStyle | 'either' | undefined {
  const number = text.trim()
  if (oneCommaGroup.test(number)) return 'either'
  if (commaFraction.test(number) || pointGroups.test(number)) return 'comma'
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
  ['ja', 'nein', 'nej', 'nee'],
  ['j', 'n'],
  ['wahr', 'falsch'],
  ['oui', 'non'],
  ['vrai', 'faux'],
  ['si', 'no'],
  ['sí', 'no'],
  ['sì', 'no'],
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
