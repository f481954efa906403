/**
 * Output of commands. Texts from senders (keys, ids, values, dead letters, responses of receivers) are escaped to one line each,
 * so that no sender can forge a line of output. Every command prints through this file; `test/tidy/` rejects other ways.
 */
import { inOneLine } from '../../base/index.ts'
import { STYLE_SEQUENCES, styled } from './style.ts'

/** Escapes text for a terminal as `inOneLine` does, but keeps line ends and tabs, and where output has styles, their sequences. */
export function forTerminal(text: string): string {
  const escaped = (part: string): string => part.replaceAll(/[^\n\t]+/g, inOneLine)
  if (styled('bold', '') === '') return escaped(text)
  return text
    .split(STYLE_SEQUENCES)
    .map((part, i) => (i % 2 === 1 ? part : escaped(part)))
    .join('')
}

/** A copy with each string and object key escaped to one line by `inOneLine`. Bytes, dates and functions are unchanged. */
export function singleLineTexts<T>(value: T): T {
  return oneLinedValue(value) as T
}

function oneLinedValue(value: unknown): unknown {
  if (typeof value === 'string') return inOneLine(value)
  if (Array.isArray(value)) return value.map(oneLinedValue)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [inOneLine(name), oneLinedValue(field)]))
}

/** The output format of a list of values. */
interface PrintOptions<T> {
  readonly json: boolean
  /** The text for people. Its argument has each string escaped to one line. */
  readonly textOf: (value: T) => string
  /** The value to print as a line of JSON; by default the value itself. */
  readonly jsonOf?: (value: T) => unknown
  /** Printed between two texts. */
  readonly between?: string
}

/** Prints each value as a line of JSON or as text. Returns the number of values. */
export function printEach<T>(values: Iterable<T>, { json, textOf, jsonOf = value => value, between = '' }: PrintOptions<T>): number {
  let count = 0
  for (const value of values) {
    const text = json ? jsonText(jsonOf(value)) : `${count > 0 ? between : ''}${forTerminal(textOf(singleLineTexts(value)))}`
    console.log(text)
    count++
  }
  return count
}

/** Prints lines; each is escaped to one line. */
export function printLines(...lines: readonly string[]): void {
  for (const line of lines) console.log(inOneLine(line))
}

/** Prints a value as a line of JSON. */
export const printJson = (value: unknown): void => console.log(jsonText(value))

/** Prints a text of several lines without data from senders: help, a plan, a table of counts. */
export const printText = (text: string): void => console.log(forTerminal(text))

/** Prints a line on standard error. */
export const printStatus = (line: string): void => void process.stderr.write(`${inOneLine(line)}\n`)

/** JSON need not escape U+0085 and U+2028, but some readers end a line there. The escaped form is the same JSON. */
const jsonText = (value: unknown): string => inOneLine(JSON.stringify(value))

/** Single quotes if the shell would not read the text as one word; bash's `$'…'` if the text contains invisible characters. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  if (inOneLine(text) === text) return `'${text.replaceAll("'", `'\\''`)}'`
  return `$'${inOneLine(text.replaceAll(/[\\']/g, '\\$&'))}'`
}
