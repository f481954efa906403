/** Definition of a command, and the parsing, help and error text that all commands share. */
import { inspect, parseArgs } from 'node:util'
import { SpillwayError, didYouMean, inOneLine } from '../../base/index.ts'
import { forTerminal } from './print.ts'

/** An option of a command: with `value` it takes a text, otherwise it is a flag. */
export interface OptionSpec {
  /** The placeholder of the value in the help: `FILE`. */
  readonly value?: string
  /** The user may repeat the option, to pass a list. */
  readonly multiple?: true
  readonly help: string
}

/** Options by name. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** The options that the user gave: texts, lists of texts, and flags. */
export type OptionValues<O extends OptionSpecs> = {
  readonly [N in keyof O]?: O[N] extends { readonly multiple: true }
    ? readonly string[]
    : O[N] extends { readonly value: string }
      ? string
      : boolean
}

/** A command of the command line. */
export interface Command {
  readonly name: string
  /** The positional arguments in the help: `PIPELINE`. */
  readonly usage: string
  readonly summary: string
  readonly options: OptionSpecs
  /** Runs the command with what `parseCommand` returns. Returns the exit code. */
  run(values: never, positionals: readonly string[]): Promise<number>
}

interface CommandOf<O extends OptionSpecs> extends Command {
  readonly options: O
  run(values: OptionValues<O>, positionals: readonly string[]): Promise<number>
}

/** Defines a command, whose `run` gets values of the types that its options declare. */
export const defineCommand = <const O extends OptionSpecs>(command: CommandOf<O>): Command => command

/** Wrong usage of the command line. The process prints the usage of the command and exits with code 2. */
export class UsageError extends Error {}

/** The arguments of a command. */
export interface ParsedCommand {
  readonly values: never
  readonly positionals: readonly string[]
  /** The user asked for the help. */
  readonly isHelp: boolean
}

/** The options and positional arguments of a command. Throws `UsageError` for an unknown option, and suggests the nearest valid option. */
export function parseCommand({ options: specs }: Command, args: readonly string[]): ParsedCommand {
  const declared = Object.entries(specs).map(([name, { value, multiple = false }]) => {
    return [name, { type: value === undefined ? 'boolean' : 'string', multiple }] as const
  })
  const options = { ...Object.fromEntries(declared), help: { type: 'boolean', short: 'h' } } as const
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1]
    if (name === undefined) continue
    if (!(name in options)) throw new UsageError(`unknown option --${name}${didYouMean(name, Object.keys(options))}`)
  }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    return { values: values as never, positionals, isHelp: values.help === true }
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

/** The usage of a command and its options, wrapped to `columns`. */
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

/** The text after a usage error. It is short, so that the error stays visible. */
export const usageOf = ({ name, usage }: Command): string => `  spillway ${name} ${usage}\n\nRun spillway ${name} --help for the options.`

/** Width of a file, and of a terminal that does not report its width. */
const COLUMNS = 120
/** Least width of the descriptions, however narrow the terminal is. */
const LEAST_COLUMNS = 40

/** Wraps words into lines of at most `columns`, unless a single word is longer. */
const wrapped = (text: string, columns: number): string[] => text.match(new RegExp(`\\S.{0,${columns - 1}}(?!\\S)|\\S+`, 'g')) ?? ['']

/** Compares by shape, not by class: the user's file may have loaded a different copy of Spillway. */
export const isSpillwayError = (error: unknown): error is SpillwayError =>
  error instanceof SpillwayError || (error instanceof Error && 'code' in error && String(error.code).startsWith('SPILL_'))

/** The message of a thrown value, with its error code if it has one. `SPILLWAY_DEBUG=1` adds the stack and the cause. */
export function errorText(error: unknown, debug = process.env['SPILLWAY_DEBUG'] === '1'): string {
  if (debug) return forTerminal(inspect(error))
  // A message of Spillway is one line, whatever texts it quotes.
  if (isSpillwayError(error)) return inOneLine(`${error.code}: ${error.message}`)
  return forTerminal(error instanceof Error ? error.message : String(error))
}
