/** `spillway init`: generates a project, from a sample or from a file of events. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { SpillwayError } from '../../base/index.ts'
import { inferSchema, type NumberStyle } from '../../files/index.ts'
import { labelHintLines } from './inferred-audit.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { ownPackage, type OwnPackage } from './own-package.ts'
import { forTerminal, shellWord } from '../command/print.ts'
import { joinLines } from '../command/text-format.ts'
import { type GeneratedProject, inferredProject } from './inferred-project.ts'
import { sampleProject } from './sample-project.ts'

/** Files that `init` leaves unchanged if they exist. */
const preserved: readonly string[] = ['package.json', 'tsconfig.json']

/** The command `spillway init`. */
export const initCommand = defineCommand({
  name: 'init',
  usage: '[FOLDER]',
  summary: 'create a small project that runs, from a sample or from a file of your own events',
  options: {
    from: { value: 'FILE', help: 'infer columns, key and time from NDJSON, CSV or Parquet' },
    decimal: { value: 'comma|point', help: 'the decimal separator in CSV, if numbers such as 1,234 are ambiguous' },
    json: { help: 'print one JSON object' },
  },
  async run({ from, decimal, json = false }, [folder = '.', ...extra]) {
    if (extra.length > 0) throw new UsageError(`expected one folder, but also got ${extra.join(', ')}`)
    const events = from === undefined ? 'events.ndjson' : relative(resolve(folder), resolve(from))
    const project =
      from === undefined ? sampleProject() : inferredProject(await inferSchema(from, { numbers: numberStyle(decimal) }), from, events)
    const { source, audit, unclear = [] } = project
    const dependency = ownPackage(folder)
    const files = write(folder, { ...project.files, ...settings(dependency) })
    const replay = `npx spillway replay pipeline.ts --source ${shellWord(`${source}=${events}`)}`
    const command =
      audit && 'sources' in audit
        ? `npx spillway audit audit.ts ${audit.sources.map(name => `--history ${shellWord(`${name}=${events}`)}`).join(' ')}`
        : undefined
    const result = {
      folder,
      files,
      spillway: dependency.spec,
      source,
      events,
      replay,
      ...(audit && { audit: { ...audit, command } }),
      ...(unclear.length > 0 && { unclear }),
    }
    const text = () =>
      joinLines(
        nextSteps(folder, files, dependency, command === undefined ? [replay] : [replay, command]),
        unclear.map(column => `warning: ${column}`),
        auditLines(audit),
      )
    console.log(json ? JSON.stringify(result) : forTerminal(text()))
    return 0
  },
})

function numberStyle(decimal: string | undefined): NumberStyle | undefined {
  if (decimal === undefined) return undefined
  if (decimal !== 'comma' && decimal !== 'point') throw new UsageError(`--decimal ${decimal} is neither comma nor point`)
  return decimal === 'comma' ? 'comma' : 'grouped'
}

/** Writes the files, except preserved files that exist. Throws before it writes if any other file exists. */
function write(folder: string, files: GeneratedProject['files']): string[] {
  const isPresent = (name: string) => existsSync(join(folder, name))
  const conflicts = Object.keys(files).filter(name => isPresent(name) && !preserved.includes(name))
  if (conflicts.length > 0)
    throw new SpillwayError('SPILL_CONFLICT', `has ${conflicts.join(', ')} already; give another folder`, { place: folder })
  const names = Object.keys(files).filter(name => !isPresent(name))
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

/** The `package.json` and `tsconfig.json` of every project. */
function settings({ spec }: OwnPackage): GeneratedProject['files'] {
  const manifest = {
    private: true,
    type: 'module',
    scripts: { test: 'node --test', check: 'tsc --noEmit' },
    dependencies: { spillway: spec },
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

function nextSteps(folder: string, written: readonly string[], { spec, description: is }: OwnPackage, commands: readonly string[]): string {
  const install = written.includes('package.json') ? 'npm install' : `npm install ${shellWord(spec)}`
  const test = written.includes('package.json') ? 'npm test' : 'node --test'
  const steps = [...(folder === '.' ? [] : [`cd ${shellWord(folder)}`]), install, test, ...commands, 'npx spillway dev pipeline.ts']
  const source = `spillway is ${spec}, ${is}: no registry has it yet.`
  return [`Made ${written.join(', ')}.`, source, '', 'Next:', ...steps.map(step => `  ${step}`)].join('\n')
}

/** The guesses of the audit, or the reason why there is no audit. */
function auditLines(audit: GeneratedProject['audit']): string[] {
  if (!audit) return []
  if ('why' in audit) return ['', `There is ${audit.why}.`, ...labelHintLines(audit.labels)]
  return ['', 'audit.ts contains guesses; correct them:', ...audit.guessed.map(text => `  ${text}`)]
}
