/** Numbers and yes-or-no as people and spreadsheets write them in text: `1.234,5`, `1,234.5`, `ja`. */

/** `comma` separates the fraction, or it groups the thousands. */
export type NumberStyle = 'comma' | 'grouped'

const fraction = /^[-+]?(?:\d+|\d{1,3}(?:[.\s'’]\d{3})+),\d+$/
const pointGroups = /^[-+]?[1-9]\d{0,2}(?:\.\d{3}){2,}$/
const commaGroups = /^[-+]?[1-9]\d{0,2}(?:,\d{3})+\.\d+$|^[-+]?[1-9]\d{0,2}(?:,\d{3}){2,}$/
/** 1.234, which is either as a point's fraction or as a thousand. */
const onePointGroup = /^[-+]?[1-9]\d{0,2}\.\d{3}$/
const oneCommaGroup = /^[-+]?[1-9]\d{0,2},\d{3}$/

/** `either`: 1,234 is a thousand or a fraction, and only other values can tell. `undefined`: a text that is no number with a comma. */
export function writtenNumber(text: string): NumberStyle | 'either' | undefined {
  const number = text.trim()
  if (oneCommaGroup.test(number)) return 'either'
  if (fraction.test(number) || pointGroups.test(number)) return 'comma'
  return commaGroups.test(number) ? 'grouped' : undefined
}

/** May the point in this number group thousands? */
export const mayGroup = (text: string): boolean => onePointGroup.test(text.trim())

/** Digits of the fraction. */
export const fractionDigits = (text: string, style: NumberStyle): number => {
  const at = text.trim().lastIndexOf(style === 'comma' ? ',' : '.')
  return at < 0 ? 0 : text.trim().length - at - 1
}

/** Words that say yes, each with the words that say no beside it. */
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

/** Two words, in small letters, of which one says yes and the other no. */
export interface YesNo {
  readonly yes: string
  readonly no: string
}

export function yesNoOf(words: readonly string[]): YesNo | undefined {
  if (words.length !== 2) return undefined
  for (const [yes, no] of [words, words.toReversed()])
    if (pairs.some(([word, ...others]) => word === yes && others.includes(no))) return { yes, no }
  return undefined
}
