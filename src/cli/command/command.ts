import { inspect, parseArgs } from 'node:util'
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import { forTerminal, inOneLine } from '../../base/show.ts'

/** An option of a command. Lists are given by repeating it. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean'
  readonly multiple?: boolean
  /** How its value is called in the help: `FILE`. */
  readonly value?: string
  readonly help: string
}

export interface Command {
  readonly name: string
  /** Positional arguments as the help shows them: `PIPELINE`. */
  readonly usage: string
  readonly summary: string
  readonly options: Readonly<Record<string, OptionSpec>>
  /** Returns the exit code. */
  run(values: Readonly<Record<string, unknown>>, positionals: readonly string[]): Promise<number>
}

/** Wrong use of the command line: exit code 2, with how the command is called. */
export class UsageError extends Error {}

/** The options and positionals of a command. Throws `UsageError` for an unknown option, with the nearest known one. */
export function parse(command: Command, args: readonly string[]): { values: Record<string, unknown>; positionals: string[] } {
  const own = Object.entries(command.options).map(([name, { type, multiple = false }]) => [name, { type, multiple }] as const)
  const options = { ...Object.fromEntries(own), help: { type: 'boolean', short: 'h' } } as const
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1]
    if (name === undefined) continue
    if (!(name in options)) throw new UsageError(`unknown option --${name}${didYouMean(name, Object.keys(options))}`)
  }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    return { values, positionals }
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

/** How a command is called, and its options, in lines of so many columns. */
export function helpOf({ name, usage, summary, options }: Command, columns = COLUMNS): string {
  const rows = Object.entries(options).map(([option, { value, help }]): [string, string] => [
    `  --${option}${value ? ` ${value}` : ''}`,
    help,
  ])
  const width = Math.max(...rows.map(([left]) => left.length)) + 2
  const described = rows.map(([left, help]) => {
    const [first, ...rest] = wrapped(help, Math.max(columns - width, LEAST_COLUMNS))
    return [left.padEnd(width) + first, ...rest.map(line => ' '.repeat(width) + line)].join('\n')
  })
  return [...wrapped(summary, columns), '', `  spillway ${name} ${usage}`, '', ...described].join('\n')
}

/** What follows the message where a command was called wrongly: the message stays in sight. */
export const usageOf = ({ name, usage }: Command): string => `  spillway ${name} ${usage}\n\nspillway ${name} --help tells more.`

/** Of a terminal that does not say how wide it is, or a file. */
const COLUMNS = 120
/** For words beside the options, however narrow the terminal is. */
const LEAST_COLUMNS = 40

/** Lines of words, none longer than `columns` unless one word is. */
const wrapped = (text: string, columns: number): string[] => text.match(new RegExp(`\\S.{0,${columns - 1}}(?!\\S)|\\S+`, 'g')) ?? ['']

/** By shape, not by class: the user's file may have loaded another copy of Spillway. */
export const isSpillwayError = (error: unknown): error is SpillwayError =>
  error instanceof SpillwayError || (error instanceof Error && 'code' in error && String(error.code).startsWith('SPILL_'))

/** The message of anything thrown, with its code where it has one. The stack, and what caused it, only with `SPILLWAY_DEBUG=1`. */
export function messageOf(error: unknown, debug = process.env['SPILLWAY_DEBUG'] === '1'): string {
  if (debug) return forTerminal(inspect(error))
  // A message of Spillway's is one line, whatever it names.
  if (isSpillwayError(error)) return inOneLine(`${error.code}: ${error.message}`)
  return forTerminal(error instanceof Error ? error.message : String(error))
}
