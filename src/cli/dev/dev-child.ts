/**
 * Child process of `spillway dev`, one for each version of a pipeline. Its arguments are the parent's id, `true` for sample events, the
 * configuration file with the sources whose feeds stand there alone, and those of `spillway run`, which it runs.
 * It reports to its parent each user file that it loads or fails to find, the IR of the pipeline, and the URL of its server. It ends with
 * its parent. It prints what its parent does not show in its own way.
 */
import '../../base/node/compilers.ts'
import { registerHooks } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { surviveOutputErrors } from '../command/process-setup.ts'
import { errorText, parseCommand } from '../command/command.ts'
import { dryRunReason } from './dry-run.ts'
import type { DevConfiguration, DevMessage } from './dev-run.ts'
import { hasSamples } from '../../sources/index.ts'
import { ConfiguredProject, loadPlaces } from '../command/project.ts'
import { printStatus } from '../command/print.ts'
import { importPipeline } from '../command/pipeline-file.ts'
import { fileState } from './watched-files.ts'
import { runCommand, startRun } from '../run/run.ts'
import type { RunLineKind } from '../run/run-output.ts'

surviveOutputErrors(process, text => console.error(text))

/** The parent shows decisions, effects and sources with sample events itself. */
const isPrinted = (kind: RunLineKind, hasSamplesOnly: boolean): boolean => kind === 'other' || (kind === 'source' && !hasSamplesOnly)

const notifyParent = (message: DevMessage): void => void process.send?.(message)

/** Spillway's own files; the user does not edit them. */
const ownFiles = new URL('../..', import.meta.url).href
const isUserFile = (url: string): boolean => url.startsWith('file:') && !url.startsWith(ownFiles) && !url.includes('/node_modules/')

/** Reports the state before the load, so that a later change is one. */
function notifyFile(url: URL): void {
  const path = fileURLToPath(url)
  notifyParent({ file: path, state: fileState(path) })
}

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context)
    } catch (error) {
      // The user may create the missing file next, so the parent watches its path.
      const { parentURL = '' } = context
      if (/^(?:\.{0,2}\/|file:)/.test(specifier) && isUserFile(parentURL)) notifyFile(new URL(specifier, parentURL))
      throw error
    }
  },
  load(url, context, next) {
    if (isUserFile(url)) notifyFile(new URL(url))
    return next(url, context)
  },
})

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// The channel alone does not keep the process alive.
process.channel?.unref()

const [parent, samples, configuration, ...args] = process.argv.slice(2)
const guard = new Worker(new URL(`./parent-guard${extname(import.meta.url)}`, import.meta.url), { workerData: Number(parent) })
guard.unref()

const code = await run(args)
process.exitCode ||= code

async function run([path, ...args]: readonly string[]): Promise<number> {
  try {
    const { ir } = await importPipeline(path)
    notifyParent({ ir })
    const reason = dryRunReason(ir, process.env)
    if (reason !== undefined) console.error(`  effects are printed, not sent: ${reason}`)
    const sampled = samples === 'true' ? ir.sources.filter(hasSamples).flatMap(({ name }) => ['--source', `${name}=samples:`]) : []
    const { values, positionals, pipeline } = parseCommand(runCommand, [
      path,
      ...args,
      ...sampled,
      ...(reason === undefined ? [] : ['--dry-run']),
    ])
    const { sources, ...configFile } = JSON.parse(configuration) as DevConfiguration
    const places = sources.length === 0 ? [] : await loadPlaces(configFile, sources)
    const project = new ConfiguredProject(pipeline, undefined, { places, configFile })
    return await startRun(values, positionals, project, {
      print: (line, kind = 'other') => isPrinted(kind, samples === 'true') && printStatus(line),
      onListening: url => notifyParent({ url }),
    })
  } catch (error) {
    console.error(errorText(error))
    return 1
  }
}
