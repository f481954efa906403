/** `spillway schema`: lists the versions of sources, prints a source's schema, and checks a candidate definition. */
import { readFileSync } from 'node:fs'
import { SpillwayError, unknownNameError } from '../../base/index.ts'
import type { PipelineIR, SourceIR } from '../../define/ir/index.ts'
import {
  checkSourceSchema,
  parseLevel,
  schemaTextOf,
  type SourceVersions,
  sourceVersions,
  withSchemaVersions,
} from '../../operate/index.ts'
import { formatOfFile, type SchemaCheck, type SchemaFormat, schemaFormats } from '../../schema/index.ts'
import { subcommandOf } from '../command/arguments.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { printEach, printJson, printText } from '../command/print.ts'
import { joinLines, pluralize } from '../command/text-format.ts'

/** Exit code of an incompatible candidate. It differs from a failure (1) and wrong usage (2), so scripts can tell them apart. */
const INCOMPATIBLE = 3

const verbs = ['list', 'show', 'check'] as const

/** The command `spillway schema`. */
export const schemaCommand = defineCommand({
  name: 'schema',
  task: 'Run',
  takesPipeline: true,
  usage: '[list] | show SOURCE | check SOURCE FILE',
  summary: 'list versions of the schemas of sources, print a schema, or check a candidate definition in JSON Schema, Avro or Protobuf',
  options: {
    format: { value: 'FORMAT', help: `show, check: ${schemaFormats.join(', ')} [default: json-schema; check: by the name of the file]` },
    level: { value: 'LEVEL', help: 'check: the compatibility level [default: that of the source]' },
    data: dataOption,
    json: { help: 'print JSON, and nothing else' },
  },
  async run({ format, level, json = false, ...folder }, [text = 'list', ...rest], project) {
    project.requirePath()
    const verb = subcommandOf('schema', verbs, text)
    if (rest.length !== { list: 0, show: 1, check: 2 }[verb]) throw new UsageError(argumentsOf[verb])
    const { ir } = await project.importPipeline()
    return withSchemaVersions(dataFolderOf(folder), log => {
      if (verb === 'list') {
        printEach(sourceVersions(ir, log), { json, textOf: versionsText })
        return 0
      }
      const source = sourceNamed(ir, rest[0])
      if (verb === 'show') {
        printText(schemaTextOf(source, log, parseFormat(format) ?? 'json-schema').trimEnd())
        return 0
      }
      const request = {
        format: formatOf(format, rest[1]),
        text: readSchema(rest[1]),
        ...(level !== undefined && { level: parseLevel(level) }),
      }
      const check = checkSourceSchema(source, log, request)
      if (json) printJson(check)
      else printText(checkText(source.name, check))
      return check.compatible ? 0 : INCOMPATIBLE
    })
  },
})

const argumentsOf = {
  list: 'schema list takes no more arguments',
  show: 'name a source: schema show payments',
  check: 'name a source and a file: schema check payments payment.avsc',
} as const

function sourceNamed({ name: pipeline, sources }: PipelineIR, name: string): SourceIR {
  const source = sources.find(candidate => candidate.name === name)
  if (source) return source
  throw unknownNameError(
    pipeline,
    'source',
    name,
    sources.map(candidate => candidate.name),
  )
}

function parseFormat(format: string | undefined): SchemaFormat | undefined {
  const known = schemaFormats.find(candidate => candidate === format)
  if (format === undefined || known) return known
  throw new UsageError(`--format ${format} is none of ${schemaFormats.join(', ')}`)
}

function formatOf(format: string | undefined, path: string): SchemaFormat {
  const known = parseFormat(format) ?? formatOfFile(path)
  if (known) return known
  throw new UsageError(`${path} ends in none of .json, .avsc and .proto; say what it is with --format`)
}

function readSchema(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new SpillwayError('SPILL_FILE', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

const versionsText = ({ source, level, versions }: SourceVersions): string =>
  joinLines(
    `${source}  ${level}`,
    versions.map(({ version, columns, current, pending }) => {
      const state = pending ? '  written by the next start' : current ? '  current' : ''
      return `  version ${version}: ${columns.join(', ')}${state}`
    }),
  )

function checkText(source: string, { compatible, level, versions, incompatibilities }: SchemaCheck): string {
  const covered =
    versions.length === 0 ? 'nothing is compared' : `compared with version${versions.length === 1 ? '' : 's'} ${versions.join(', ')}`
  const verdict = compatible ? `compatible with source '${source}'` : `incompatible with source '${source}'`
  return joinLines(
    `${verdict} under ${level}; ${covered}`,
    incompatibilities.map(({ text }) => `  ${text}`),
    incompatibilities.length > 0 && `${pluralize(incompatibilities.length, 'incompatibility')}.`,
  )
}
