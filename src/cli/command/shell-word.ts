/** Quotes an argument for a POSIX shell, for use in comments and on a terminal. */
import { inOneLine } from '../../base/index.ts'

/** Single quotes if the shell would not read the text as one word; bash's `$'…'` if the text contains invisible characters. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (inOneLine(text) === text) return `'${text.replaceAll("'", `'\\''`)}'`
  return `$'${inOneLine(text.replaceAll(/[\\']/g, '\\$&'))}'`
}
