/** An argument as one writes it for a shell, in a comment or on a terminal. */
import { inOneLine } from '../../base/show.ts'

/** In quotes if a shell would take it for more than a word; in those of bash, which know escapes, if it would not be seen whole. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (inOneLine(text) === text) return `'${text.replaceAll("'", `'\\''`)}'`
  return `$'${inOneLine(text.replaceAll(/[\\']/g, '\\$&'))}'`
}
