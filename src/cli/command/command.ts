/** Definition of a command, and the parsing, help and error text that all commands share. */
import { inspect, parseArgs, type ParseArgsConfig } from 'node:util'
import type { RecordDestinations } from '../../action/index.ts'
import { SpillwayError, didYouMean, inOneLine } from '../../base/index.ts'
import type { Effect } from '../../define/action/index.ts'
import type { AlertDestinationIR, AlertThresholds, FeedPlace, OpenLineageSettings, SourceGateSettings } from '../../define/config/index.ts'
import type { Pipeline } from '../../define/index.ts'
import { forTerminal } from './print.ts'
import { styled } from './style.ts'

/** An option of a command: with `value` it takes a text, otherwise it is a flag. */
export interface OptionSpec {
  /** The placeholder of the value in the help: `FILE`. */
  readonly value?: string
  /** The user may repeat the option, to pass a list. */
  readonly multiple?: true
  /** The setting of `spillway.config.ts` that takes the place of an option that is not given. */
  readonly setting?: 'data' | 'listen' | 'history' | 'columns' | 'feed' | 'prices' | 'people' | 'backup' | 'backupSchedule' | 'backupKeep'
  /** With one of these options, the setting is not used. */
  readonly unless?: readonly string[]
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

/** Headings of commands in the help, in order. */
export const tasks = ['Start', 'Develop', 'Audit', 'Train', 'Run', 'Inspect', 'Repair', 'Help'] as const

/** A place in the configuration from which a run reads a source, beside those that texts name. */
export interface SourcePlace {
  readonly source: string
  readonly place: FeedPlace
}

/** The pipeline that a command works on, and the folder of its project. */
export interface Project {
  /** The pipeline file of the command line. */
  readonly argument: string | undefined
  /** The pipeline file of the command line, or else of the configuration. */
  readonly path: string | undefined
  /** `path`. Throws `UsageError` without one. */
  requirePath(): string
  /** Feeds or histories of the configuration that are no texts, for a command with the setting `feed` or `history`. */
  readonly places: readonly SourcePlace[]
  /** The options `--config` and `--profile` of the configuration file, for a further process; undefined without a file. */
  readonly configFile: { readonly config?: string; readonly profile?: string } | undefined
  /** The receiver of OpenLineage events in the configuration. */
  readonly openlineage: OpenLineageSettings | undefined
  /** A path in the folder of the configuration; without a configuration, in the working directory. */
  pathOf(path: string): string
  /** The receivers of alerts of the configuration; none without a configuration. */
  alertDestinations(): readonly AlertDestinationIR[]
  /** Where decisions and dead letters go by the configuration. */
  recordDestinations(): RecordDestinations<Effect>
  /** The feeds of a source in the configuration. */
  feedsOf(source: string): readonly (string | FeedPlace)[]
  /** The topics of a source's gate in the configuration, if it has one. */
  gateOf(source: string): SourceGateSettings | undefined
  /** Numbers of the alert rules, those of the configuration in place of the defaults. */
  alertThresholds(): AlertThresholds
  /** Loads the file at `path`. Throws `UsageError` without one, and as `importPipeline` does. */
  importPipeline(): Promise<Pipeline>
}

/** A command of the command line. */
export interface Command {
  readonly name: string
  /** The task under which the help lists the command. */
  readonly task: (typeof tasks)[number]
  /** The first argument of the command may be a pipeline file. `run` gets it in its project, not among the positional arguments. */
  readonly takesPipeline?: true
  /** The arguments in the help, after the pipeline file. */
  readonly usage: string
  readonly summary: string
  readonly options: OptionSpecs
  /** Runs the command with what `parseCommand` returns. Returns the exit code. */
  run(values: never, positionals: readonly string[], project: Project): Promise<number>
}

interface CommandOf<O extends OptionSpecs> extends Command {
  readonly options: O
  run(values: OptionValues<O>, positionals: readonly string[], project: Project): Promise<number>
}

/** Defines a command, whose `run` gets values of the types that its options declare. */
export const defineCommand = <const O extends OptionSpecs>(command: CommandOf<O>): Command => command

/** Wrong usage of the command line. The process prints the usage of the command and exits with code 2. */
export class UsageError extends Error {}

/** The options `--config` and `--profile`, of each command that takes settings from `spillway.config.ts`. */
const settingsOptions = {
  config: { value: 'FILE', help: 'the settings of the project [default: spillway.config.ts, here or in a folder above]' },
  profile: { value: 'NAME', help: 'use the settings of this profile' },
} as const satisfies OptionSpecs

/** True if the command takes settings from `spillway.config.ts`. */
export const takesSettings = ({ options, takesPipeline }: Pick<Command, 'options' | 'takesPipeline'>): boolean =>
  takesPipeline ?? Object.values(options).some(({ setting }) => setting !== undefined)

/** The options of a command, with those of its settings. */
export const allOptions = (command: Pick<Command, 'options' | 'takesPipeline'>): OptionSpecs =>
  takesSettings(command) ? { ...command.options, ...settingsOptions } : command.options

/** The arguments of a command. */
export interface ParsedCommand {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  /** The pipeline file. */
  readonly pipeline: string | undefined
  /** The other arguments. */
  readonly positionals: readonly string[]
  /** The user asked for the help. */
  readonly isHelp: boolean
}

/** The options and positional arguments of a command. Throws `UsageError` for an unknown option, and suggests the nearest valid option. */
export function parseCommand(command: Command, args: readonly string[]): ParsedCommand {
  const declared = Object.entries(allOptions(command)).map(([name, { value, multiple = false }]) => {
    return [name, { type: value === undefined ? 'boolean' : 'string', multiple }] as const
  })
  const options = { ...Object.fromEntries(declared), help: { type: 'boolean', short: 'h' } } as const
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1]
    if (name === undefined) continue
    if (!(name in options)) throw new UsageError(`unknown option --${name}${didYouMean(name, Object.keys(options))}`)
  }
  const { values, positionals } = parsedArgs(args, options)
  const { help = false, ...others } = values
  const [first, ...rest] = positionals
  const pipeline = command.takesPipeline && first !== undefined && isScript(first) ? first : undefined
  const misplaced = command.takesPipeline && pipeline === undefined ? positionals.find(isScript) : undefined
  if (misplaced !== undefined) throw new UsageError(`the pipeline file comes first: spillway ${command.name} ${misplaced} ${first}`)
  return {
    values: others as ParsedCommand['values'],
    pipeline,
    positionals: pipeline === undefined ? positionals : rest,
    isHelp: help === true,
  }
}

/** `parseArgs` of Node. Throws `UsageError`. */
function parsedArgs(args: readonly string[], options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

/** True for the name of a script, such as a pipeline file. Other arguments are keys, names and numbers. */
const isScript = (text: string): boolean => /\.[cm]?[jt]s$/.test(text)

/** The usage of a command and its options, wrapped to `columns`. */
export function helpOf(command: Command, columns = COLUMNS): string {
  const options = Object.entries(allOptions(command)).map(([name, { value, help }]) => ({
    name: `--${name}${value ? ` ${value}` : ''}`,
    help,
  }))
  return [...wrapped(command.summary, columns), '', ...callLines(command), '', ...describedNames(options, columns)].join('\n')
}

/** The commands by task, wrapped to `columns`. */
export function overviewOf(commands: readonly Command[], columns = COLUMNS): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const byTask = tasks.flatMap(task => {
    const rows = commands.filter(command => command.task === task).map(({ name, summary }) => ({ name, help: summary }))
    return rows.length === 0 ? [] : ['', styled('bold', task), ...describedNames(rows, columns, width)]
  })
  const usage = wrapped('Usage: spillway COMMAND [PIPELINE] [OPTIONS]; spillway COMMAND --help lists the options.', columns)
  const title = wrapped('spillway: AI pipelines that are part batch, part streaming', columns)
  return [...title, '', ...usage, ...byTask].join('\n')
}

/** Lines of names with their descriptions beside them, or below them where the terminal is narrow. */
export function describedNames(
  rows: readonly { readonly name: string; readonly help: string }[],
  columns: number,
  nameWidth = Math.max(0, ...rows.map(({ name }) => name.length)),
): string[] {
  const width = nameWidth + 4
  const isNarrow = columns - width < LEAST_COLUMNS
  const indent = ' '.repeat(isNarrow ? NARROW_INDENT : width)
  return rows.flatMap(({ name, help }) => {
    const [first, ...rest] = wrapped(help, columns - indent.length)
    const shown = `  ${styled('cyan', name)}`
    const head = isNarrow ? [shown, indent + first] : [shown + ' '.repeat(width - 2 - name.length) + first]
    return [...head, ...rest.map(line => indent + line)]
  })
}

/** The text after a usage error. It is short, so that the error stays visible. */
export const usageOf = (command: Command): string =>
  `${callLines(command).join('\n')}\n\nRun spillway ${command.name} --help for the options.`

/** The calls of a command: a line for each subcommand. */
const callLines = ({ name, usage, takesPipeline }: Command): string[] =>
  usage.split(' | ').map(call => `  spillway ${name} ${takesPipeline ? '[PIPELINE] ' : ''}${call}`.trimEnd())

/** Width of a file, and of a terminal that does not report its width. */
const COLUMNS = 120
/** Least width of descriptions beside their names; below it they stand under the names. */
const LEAST_COLUMNS = 40
const NARROW_INDENT = 6

/** Wraps words into lines of at most `columns`, unless a single word is longer. */
export const wrapped = (text: string, columns: number): string[] =>
  text.match(new RegExp(`\\S.{0,${columns - 1}}(?!\\S)|\\S+`, 'g')) ?? ['']

/** Compares by shape, not by class: the user's file may have loaded a different copy of Spillway. */
export const isSpillwayError = (error: unknown): error is SpillwayError =>
  error instanceof SpillwayError || (error instanceof Error && 'code' in error && String(error.code).startsWith('SPILL_'))

/** The message of a thrown value, with its error code if it has one. `SPILLWAY_DEBUG=1` adds the stack and the cause. */
export function errorText(error: unknown, debug = process.env['SPILLWAY_DEBUG'] === '1'): string {
  if (debug) return forTerminal(inspect(error))
  // A message of Spillway is one line, whatever texts it quotes.
  if (isSpillwayError(error)) return `${styled('red', error.code, 'stderr')}: ${inOneLine(error.message)}`
  return forTerminal(error instanceof Error ? error.message : String(error))
}
