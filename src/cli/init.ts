import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { SpillwayError } from '../base/errors.ts'
import { inferSchema } from '../files/infer.ts'
import { UsageError, type Command } from './command.ts'
import { inferredProject } from './inferred-project.ts'
import { packageVersion } from './package-version.ts'
import { sampleProject } from './sample-project.ts'

/** Files by their path. */
export type ProjectFiles = Readonly<Record<string, string>>

export interface Project {
  readonly files: ProjectFiles
  /** The name of its one source. */
  readonly source: string
}

export const initCommand: Command = {
  name: 'init',
  usage: '[FOLDER]',
  summary: 'make a small project that runs, from a sample or from a file of your own events',
  options: {
    from: { type: 'string', value: 'FILE', help: 'infer columns, key and time from NDJSON, CSV or Parquet' },
    json: { type: 'boolean', help: 'print one JSON object' },
  },
  async run(values, [folder = '.', ...extra]) {
    if (extra.length > 0) throw new UsageError(`one folder, not ${extra.length + 1}`)
    const from = values['from'] as string | undefined
    const events = from === undefined ? 'events.ndjson' : relative(resolve(folder), resolve(from))
    const project = from === undefined ? sampleProject() : inferredProject(await inferSchema(from), events)
    const written = write(folder, { ...project.files, ...settings() })
    if (values['json']) console.log(JSON.stringify({ folder, files: written }))
    else console.log(nextSteps(folder, written, `npx spillway replay pipeline.ts --source ${project.source}=${events}`))
    return 0
  },
}

/** Writes the files. Refuses to overwrite any: nothing is written then. */
function write(folder: string, files: ProjectFiles): string[] {
  const taken = Object.keys(files).filter(name => existsSync(join(folder, name)) && name !== 'package.json')
  if (taken.length > 0) throw new SpillwayError('SPILL_INPUT', `${taken.join(', ')} exists already; give another folder`, { place: folder })
  const written: string[] = []
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    if (existsSync(path)) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    written.push(name)
  }
  return written
}

/** What every project has: how it is run, and how it is type-checked. */
function settings(): ProjectFiles {
  const manifest = {
    private: true,
    type: 'module',
    scripts: { test: 'node --test', check: 'tsc --noEmit' },
    dependencies: { spillway: `^${packageVersion()}` },
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

function nextSteps(folder: string, written: readonly string[], replay: string): string {
  const steps = [...(folder === '.' ? [] : [`cd ${folder}`]), 'npm install', 'npm test', replay]
  return [`Made ${written.join(', ')}.`, '', 'Next:', ...steps.map(step => `  ${step}`)].join('\n')
}
