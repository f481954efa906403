/**
 * Output of commands. A listing shows each text from a sender (keys, ids, values, records of dead letters, answers of receivers) in one
 * line, so that no sender can forge a line. Every command prints through this file; `test/tidy/` finds commands that do not.
 */
import { forTerminal, inOneLine } from '../../base/show.ts'

/** The same value with each text in it in one line, as `inOneLine` gives it: keys of objects too, whatever is nested. Bytes, dates and functions are as they were. */
export function oneLined<T>(value: T): T {
  return oneLinedValue(value) as T
}

function oneLinedValue(value: unknown): unknown {
  if (typeof value === 'string') return inOneLine(value)
  if (Array.isArray(value)) return value.map(oneLinedValue)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [inOneLine(name), oneLinedValue(field)]))
}

export interface Printing<T> {
  readonly json: boolean
  /** Lines for people, of a value whose texts are each in one line. */
  readonly textOf: (value: T) => string
  /** Returns the value to print as a line of JSON; the value itself by default. */
  readonly jsonOf?: (value: T) => unknown
  /** Between two texts. */
  readonly between?: string
}

/** Prints values that were found, each as a line of JSON or as text. Returns how many. */
export function printEach<T>(found: Iterable<T>, { json, textOf, jsonOf = value => value, between = '' }: Printing<T>): number {
  let count = 0
  for (const value of found) {
    const text = json ? jsonText(jsonOf(value)) : `${count > 0 ? between : ''}${forTerminal(textOf(oneLined(value)))}`
    console.log(text)
    count++
  }
  return count
}

/** Prints lines, each of them one whatever is in it. */
export function printLines(...lines: readonly string[]): void {
  for (const line of lines) console.log(inOneLine(line))
}

/** Prints a value as a line of JSON. */
export const printJson = (value: unknown): void => console.log(jsonText(value))

/** Prints a text of several lines in which nothing is of a sender: help, a plan, a table of counts. */
export const printText = (text: string): void => console.log(forTerminal(text))

/** Says a line on standard error. */
export const say = (line: string): void => void process.stderr.write(`${inOneLine(line)}\n`)

/** Some readers of lines also end one at U+0085 or U+2028, which JSON need not escape; as an escape it is the same JSON. */
const jsonText = (value: unknown): string => inOneLine(JSON.stringify(value))
