/** Messages of rejections without the values of their records: for the causes of dead letters, and for clients that see no personal data. */

/** A message is no longer than this in a cause, so that causes take little memory and patterns little time. */
const TEXT_MAX = 300

/** Values in the messages of `intake/`, by the words around them. */
const values: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\bnot JSON: .*$/s, 'not JSON: …'],
  [/\bgot .*$/s, 'got …'],
  [/\bhas no value .*$/s, 'has no value …'],
  [/ is .*, (outside |which has more digits|which JSON numbers cannot hold)/s, ' is …, $1'],
  // A message that was cut off at its number, or in the first words after it.
  [/ is -?\d[-+.\de…]*(,[\w ]*)?$/i, ' is …'],
  [/ is .* ahead of the arrival/s, ' is … ahead of the arrival'],
  [/\bthe arrival, -?\d+ ms\b/, 'the arrival, … ms'],
  [/ has \d+ bytes/, ' has … bytes'],
  [/\bnested \d+ deep/, 'nested … deep'],
  [/\bmap return(s|ed) \d+ rows/, 'map return$1 … rows'],
  [/\brow \d+ was rejected/, 'row … was rejected'],
]

/** The message of a rejection without the values of its record. An error of the user's `map` has no quoted texts and no numbers. */
export function causeText(reason: string, detail: string): string {
  const text = values.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), detail.slice(0, TEXT_MAX))
  if (reason !== 'map' || text !== detail) return text
  return text.replace(/(:.*)$/s, detailText => detailText.replace(/'[^']*'|"[^"]*"|\d+(?:\.\d+)?/g, '…'))
}
