/** `spillway init`: generates a project, from a sample, or from a file or a topic of events. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import type { TypeIR } from '../../define/ir/index.ts'
import { schemaOfSample, type InferOptions, type InferredSchema } from '../../files/index.ts'
import { defineCommand, type OptionValues, UsageError } from '../command/command.ts'
import { ownPackage, type OwnPackage } from './own-package.ts'
import { forTerminal, shellWord } from '../command/print.ts'
import { joinLines, pluralize } from '../command/text-format.ts'
import { type GeneratedProject, inferredProject } from './inferred-project.ts'
import { inferenceLines } from './inferred-summary.ts'
import { labelHintLines } from './label-hints.ts'
import { canAsk, interview, nameOrNone, withTerminal, type Ask } from './interview.ts'
import { displayName } from './inferences.ts'
import { sampledInput } from './sampled-input.ts'
import { sampleProject } from './sample-project.ts'

/** Files that `init` leaves unchanged if they exist. */
const preserved: readonly string[] = ['package.json', 'tsconfig.json']

const options = {
  from: { value: 'FILE', help: 'infer columns, key, time and outcome from NDJSON, CSV or Parquet' },
  'from-topic': {
    value: 'kafka:TOPIC',
    help: 'infer them from the first records of a topic, of the brokers in KAFKA_BROKERS, and from their registered schema',
  },
  key: { value: 'COLUMN', help: 'the column that features belong to, such as a customer; none for one series of events' },
  time: { value: 'COLUMN', help: 'the column of the event time' },
  id: { value: 'COLUMN', help: 'the column that differs for each event; none if there is none' },
  outcome: { value: 'COLUMN[=VALUE]', help: 'the column of the outcome to predict, and the value that is true; none for no audit' },
  unit: { value: 'NAME', help: "the unit of results, such as 'late orders' [default: the name of the outcome]" },
  type: {
    value: 'COLUMN=TYPE',
    multiple: true,
    help: 'the type of a column: string, int, double, decimal(2), bool or timestamp; may be repeated',
  },
  decimal: { value: 'comma|point', help: 'the decimal separator in CSV, if numbers such as 1,234 are ambiguous' },
  dates: { value: 'day-first|month-first', help: 'the order in dates such as 01/02/2025, if no date shows it' },
  yes: { help: 'accept what is inferred, without questions' },
  json: { help: 'print one JSON object; asks nothing' },
} as const

/** The command `spillway init`. */
export const initCommand = defineCommand({
  name: 'init',
  task: 'Start',
  usage: '[FOLDER]',
  summary: 'create a small project that runs, from a sample, or from a file or a topic of your own events',
  options,
  async run(values, [folder = '.', ...extra]) {
    if (extra.length > 0) throw new UsageError(`expected one folder, but also got ${extra.join(', ')}`)
    if (statSync(folder, { throwIfNoEntry: false })?.isFile())
      throw new UsageError(`${folder} is a file; write --from ${shellWord(folder)} to make a project for it`)
    const { from, 'from-topic': topic } = values
    if (from !== undefined && topic !== undefined) throw new UsageError('--from and --from-topic are two inputs; leave one out')
    if (topic !== undefined && !topic.startsWith('kafka:')) throw new UsageError(`--from-topic ${topic} is no topic: write kafka:TOPIC`)
    checkFolder(folder, from === undefined && topic === undefined)
    const isInteractive = canAsk() && values.yes !== true && values.json !== true
    const project = isInteractive ? await withTerminal(ask => projectOf(folder, values, ask)) : await projectOf(folder, values)
    writeAndReport(folder, project, values.json === true)
    return 0
  },
})

interface ProjectOfFile extends GeneratedProject {
  /** The path of the events from the project's folder, or the address of their topic. */
  readonly events: string
  /** Packages that the project needs besides Spillway, with their versions. */
  readonly packages?: Readonly<Record<string, string>>
}

/** The client of Kafka, which is an optional peer of Spillway. */
const kafkaPackages = { '@platformatic/kafka': '^2.12.1' }

/** The project of the options, and of the answers to `ask`. */
async function projectOf(folder: string, values: OptionValues<typeof options>, ask?: Ask): Promise<ProjectOfFile> {
  const overrides = inferOptions(values)
  const input = await sampledInput({ from: values.from, topic: values['from-topic'] }, ask)
  if (!input) return { ...sampleProject(), events: 'events.ndjson' }
  const { sample, from, topic } = input
  const schema = schemaOfSample(sample, ask ? await interview(sample, overrides, ask) : overrides)
  if (!ask && values.yes !== true && overrides.outcome === undefined) checkOutcome(schema, from)
  const events = topic?.feed ?? relative(resolve(folder), resolve(from))
  return { ...inferredProject(schema, from, events, values.unit, topic), events, ...(topic && { packages: kafkaPackages }) }
}

/** The options that override inferences. Throws `UsageError`. */
function inferOptions({
  from,
  'from-topic': topic,
  key,
  time,
  id,
  outcome,
  unit,
  type,
  decimal,
  dates,
}: OptionValues<typeof options>): InferOptions {
  const overrides: InferOptions = {
    time,
    key: key === undefined ? undefined : nameOrNone(key),
    id: id === undefined ? undefined : nameOrNone(id),
    outcome: outcome === undefined ? undefined : nameOrNone(outcome),
    types: new Map(type?.map(typeOf)),
    numbers: oneOf('--decimal', decimal, { comma: 'comma', point: 'grouped' }),
    dates: oneOf('--dates', dates, { 'day-first': 'dmy', 'month-first': 'mdy' }),
  }
  const stray = Object.entries({ key, time, id, outcome, unit, type, decimal, dates }).find(([, value]) => value !== undefined)
  if ((from ?? topic) === undefined && stray && !canAsk())
    throw new UsageError(`--${stray[0]} is about the columns of a file; add --from FILE`)
  return overrides
}

/** A column and its type, of `COLUMN=TYPE`. Throws `UsageError`. */
function typeOf(text: string): [column: string, type: TypeIR] {
  const [, column, type, scale] = /^(.+)=(?:(string|int|double|bool|timestamp)|decimal\((\d{1,2})\))$/.exec(text) ?? []
  if (column === undefined)
    throw new UsageError(`--type ${text} is not COLUMN=TYPE; types are string, int, double, decimal(2), bool, timestamp`)
  return [column, scale === undefined ? { type: type as TypeIR['type'] } : { type: 'decimal', scale: Number(scale) }]
}

function oneOf<V>(option: string, text: string | undefined, choices: Readonly<Record<string, V>>): V | undefined {
  if (text === undefined || Object.hasOwn(choices, text)) return text === undefined ? undefined : choices[text]
  throw new UsageError(`${option} ${text} is neither ${Object.keys(choices).join(' nor ')}`)
}

/** Throws if a file that `init` would write exists. */
function checkFolder(folder: string, isSample: boolean): void {
  const names = ['pipeline.ts', 'pipeline.test.ts', 'spillway.config.ts', isSample ? 'events.ndjson' : 'event.json']
  const conflicts = names.filter(name => existsSync(join(folder, name)))
  if (conflicts.length === 0) return
  const problem = `has ${conflicts.join(', ')} already, and nothing was written; give another folder, or move the files`
  throw new SpillwayError('SPILL_EXISTS', problem, { place: folder })
}

/** Throws if several columns are equally likely to be the outcome, on which all results of an audit depend. */
function checkOutcome({ outcomes }: InferredSchema, path: string): void {
  const candidates = outcomes.filter(({ isNamed }) => isNamed === outcomes[0].isNamed)
  if (candidates.length < 2) return
  const described = candidates.map(({ column, reason }) => `${displayName(column)} (${reason})`).join(', ')
  throw new SpillwayError(
    'SPILL_INPUT',
    `has ${candidates.length} columns that may be the outcome: ${described}; choose with --outcome ${shellWord(candidates[0].column)}, ` +
      '--outcome none for a project without an audit, or --yes for the first',
    { place: basename(path) },
  )
}

/** Writes the files, except preserved files that exist. */
function write(folder: string, files: GeneratedProject['files']): string[] {
  const names = Object.keys(files).filter(name => !(preserved.includes(name) && existsSync(join(folder, name))))
  try {
    for (const name of names) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), files[name])
    }
  } catch (cause) {
    throw new SpillwayError('SPILL_FILE', `cannot be written to: ${(cause as Error).message}`, { place: folder, cause })
  }
  return names
}

/** Writes the project, and prints what was inferred, the next steps, the warnings and the guesses. */
function writeAndReport(folder: string, project: ProjectOfFile, isJson: boolean): void {
  const { source, events, audit, inferences, sampled, warnings = [], packages = {} } = project
  const dependency = ownPackage(folder)
  const files = write(folder, { ...project.files, ...settings(dependency, packages) })
  const replay = 'npx spillway replay'
  const command = audit && 'sources' in audit ? 'npx spillway audit' : undefined
  if (isJson) {
    const result = {
      folder,
      files,
      spillway: dependency.spec,
      source,
      events,
      replay,
      inferred: inferences,
      audit: audit && { ...audit, command },
      warnings,
    }
    return console.log(JSON.stringify(result))
  }
  const columns = Math.min(process.stdout.columns || REPORT_COLUMNS, REPORT_COLUMNS)
  const text = joinLines(
    inferences && [
      `Inferred from ${pluralize(sampled!, 'record')} of ${displayName(basename(events))}:`,
      ...inferenceLines(inferences, columns),
      'If that is wrong, remove the files and use --key, --time, --id, --outcome, --unit, --type, --decimal or --dates.',
      '',
    ],
    nextSteps(folder, files, { ...dependency, packages }, [
      replay,
      ...(command === undefined ? [] : [command]),
      'npx spillway dev',
      'npx spillway run',
      ...(inferences ? [`curl --json @event.json localhost:7070/sources/${source}/events  # in another terminal`] : []),
    ]),
    warnings.map(warning => `warning: ${warning}`),
    auditLines(audit),
  )
  console.log(forTerminal(text))
}

/** Greatest width of the report. */
const REPORT_COLUMNS = 100

/** The `package.json` and `tsconfig.json` of every project. */
function settings({ spec }: OwnPackage, packages: Readonly<Record<string, string>>): GeneratedProject['files'] {
  const manifest = {
    private: true,
    type: 'module',
    scripts: { test: 'node --test', check: 'tsc --noEmit' },
    dependencies: { spillway: spec, ...packages },
    devDependencies: { typescript: '^7.0.0', '@types/node': '^24.0.0' },
  }
  const compilerOptions = {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    types: ['node'],
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
  }
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'tsconfig.json': `${JSON.stringify({ compilerOptions }, null, 2)}\n`,
  }
}

interface ProjectPackages extends OwnPackage {
  readonly packages: Readonly<Record<string, string>>
}

function nextSteps(
  folder: string,
  written: readonly string[],
  { spec, description, packages }: ProjectPackages,
  commands: readonly string[],
): string {
  const others = Object.entries(packages).map(([name, version]) => `${name}@${version}`)
  const isNew = written.includes('package.json')
  const steps = [
    ...(folder === '.' ? [] : [`cd ${shellWord(folder)}`]),
    isNew ? 'npm install' : `npm install ${[spec, ...others].map(shellWord).join(' ')}`,
    ...(isNew || isModule(folder) ? [] : ['npm pkg set type=module']),
    isNew ? 'npm test' : 'node --test',
    ...commands,
  ]
  return [`Made ${written.join(', ')}.`, `spillway is ${spec}, ${description}.`, '', 'Next:', ...steps.map(step => `  ${step}`)].join('\n')
}

/** True if the `package.json` of the folder, which `init` leaves unchanged, makes its files ES modules. */
function isModule(folder: string): boolean {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: string } | null)?.type === 'module'
  } catch {
    return false
  }
}

/** The guesses of the audit, or the reason why there is no audit. */
function auditLines(audit: GeneratedProject['audit']): string[] {
  if (!audit) return []
  if ('why' in audit) return ['', `There is ${audit.why}.`, ...labelHintLines(audit.labels)]
  return ['', 'pipeline.ts contains guesses; correct them:', ...audit.guessed.map(text => `  ${text}`)]
}
