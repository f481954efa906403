/** Loads files of the user: a pipeline, a configuration. Errors of Node's module loader become errors for its author: the place, the problem, the fix. */
import { existsSync, readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL, fileURLToPath } from 'node:url'
import { SpillwayError, didYouMean, unknownNameError } from '../../base/index.ts'
import { shortPath } from '../../base/node/index.ts'
import { type Pipeline, callerLocation } from '../../define/index.ts'
import { isSpillwayError } from './command.ts'
import * as spillway from '../../index.ts'
import type { ModelIR, PipelineIR } from '../../define/ir/index.ts'

/** Imports a user's file and returns its default export, a pipeline. Throws `SPILL_FILE`, or the errors of the file's definitions. */
export async function importPipeline(path: string): Promise<Pipeline> {
  const file = resolve(path)
  const name = shortPath(file)
  if (!existsSync(file)) throw new SpillwayError('SPILL_FILE', 'does not exist; name the pipeline file', { place: name })
  const pipeline = await importDefault(file)
  if (!isPipeline(pipeline))
    throw new SpillwayError(
      'SPILL_DEFINITION',
      `has no pipeline as its default export; end it with: export default pipeline('…', [model])`,
      {
        place: name,
      },
    )
  return pipeline
}

/** The default export of a user's file, by its absolute path. Throws the errors of its definitions, or `SPILL_DEFINITION` with the fix. */
export async function importDefault(file: string): Promise<unknown> {
  try {
    const exports = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
    return exports['default']
  } catch (error) {
    throw isSpillwayError(error) ? error : loadError(shortPath(file), error)
  }
}

/** Compares by shape, not by class: the file may have loaded a different copy of Spillway. */
function isPipeline(value: unknown): value is Pipeline {
  const candidate = value as Partial<Pipeline> | null | undefined
  return typeof candidate === 'object' && candidate !== null && candidate.maps instanceof Map && typeof candidate.ir?.version === 'number'
}

/** The error for a user's file that Node failed to load, with its place: `pipeline.ts:3`. `name` is the requested file. */
function loadError(name: string, thrown: unknown): SpillwayError {
  if (!(thrown instanceof Error)) return definitionError(name, `throws ${String(thrown)} while loading`, thrown)
  const missing = /^Cannot find (package|module) '([^']+)' imported from (.+)$/.exec(thrown.message)
  if (missing) {
    const [, kind, target, importer] = missing
    const fix =
      kind === 'module'
        ? `imports ${shortPath(target)}, which does not exist`
        : `imports the package '${target}', which is not installed here; run npm install${isDependency(importer, target) ? '' : ` ${target}`}`
    return definitionError(importPlace(importer, target), fix, thrown)
  }
  const problem = thrown instanceof SyntaxError ? 'does not parse or link' : 'fails while loading'
  const place = syntaxPlace(thrown) ?? callerLocation(thrown.stack) ?? name
  return definitionError(place, `${problem}: ${thrown.message}${fixOf(thrown.message)}`, thrown)
}

/** True if the `package.json` of the importer's project names the package, so that `npm install` installs it. */
function isDependency(importer: string, name: string): boolean {
  try {
    const manifest = JSON.parse(readFileSync(findPackageJSON('.', pathToFileURL(importer))!, 'utf8')) as Record<string, object | undefined>
    return ['dependencies', 'devDependencies'].some(kind => Object.hasOwn(manifest[kind] ?? {}, name))
  } catch {
    return false
  }
}

/** The fix for an undefined name, and for an ES module that Node loads as CommonJS. */
function fixOf(message: string): string {
  if (message === 'Cannot use import statement outside a module') return `; write "type": "module" in its package.json`
  const unknown = /'spillway' does not provide an export named '(\w+)'$/.exec(message)?.[1]
  if (unknown !== undefined) return didYouMean(unknown, Object.keys(spillway))
  const type = /^t\.(\w+) is not a function$/.exec(message)?.[1]
  if (type !== undefined) return didYouMean(type, Object.keys(spillway.t))
  const undefinedWord = /^(\w+) is not defined$/.exec(message)?.[1] ?? ''
  return undefinedWord in spillway ? `; import { ${undefinedWord} } from 'spillway'` : ''
}

const definitionError = (place: string, problem: string, cause: unknown): SpillwayError =>
  new SpillwayError('SPILL_DEFINITION', problem, { place, cause })

/** Node writes `FILE:LINE` before the stack of a syntax error: a path for TypeScript, a URL for JavaScript. */
function syntaxPlace({ stack = '' }: Error): string | undefined {
  const [, file, line] = /^((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*):(\d+)$/m.exec(stack.split('\n', 1)[0]) ?? []
  return file === undefined ? undefined : `${shortPath(file.startsWith('file:') ? fileURLToPath(file) : file)}:${line}`
}

/** The line of an import. Node does not report the line, so the last part of the target is searched for. */
function importPlace(importer: string, target: string): string {
  const path = importer.startsWith('file:') ? fileURLToPath(importer) : importer
  const ending = target.split(/[\\/]/).at(-1)!
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  const line = lines.findIndex(text => /\b(?:from|import)\b/.test(text) && text.includes(ending))
  return line < 0 ? shortPath(path) : `${shortPath(path)}:${line + 1}`
}

/** The model of that name. Throws `SPILL_NOT_FOUND` if the pipeline has no such model. */
export function requireModel(ir: PipelineIR, name: string): ModelIR {
  const model = ir.models.find(candidate => candidate.name === name)
  if (model) return model
  const names = ir.models.map(candidate => candidate.name)
  throw unknownNameError(ir.name, 'model', name, names)
}
