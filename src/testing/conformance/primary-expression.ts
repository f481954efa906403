/** Tells whether an SQL text is a primary expression: one that keeps its meaning among any operators. */

const TEXT = /'(?:[^']|'')*'|"(?:[^"]|"")*"/g
const NUMBER = /(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi
const INNERMOST_BRACKETS = /[([{][^()[\]{}]*[)\]}]/g
const INNERMOST_CASE = /\bCASE\b(?:(?!\b(?:CASE|END)\b)[\s\S])*\bEND\b/g
const PRIMARY = /^[\w$.#@]+$/

/** True for a name, a literal, a call, `CASE … END`, a subscript or a part of one of these, and anything in brackets. */
export function isPrimaryExpression(sql: string): boolean {
  const withoutLiterals = sql.trim().replaceAll(TEXT, '@').replaceAll(NUMBER, '0')
  const withoutBrackets = replacedUntilStable(withoutLiterals, INNERMOST_BRACKETS)
  return PRIMARY.test(replacedUntilStable(withoutBrackets, INNERMOST_CASE))
}

function replacedUntilStable(sql: string, pattern: RegExp): string {
  const replaced = sql.replaceAll(pattern, '@')
  return replaced === sql ? sql : replacedUntilStable(replaced, pattern)
}
