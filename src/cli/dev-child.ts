/**
 * Child process of `spillway dev`, one for each version of a pipeline. Its arguments are the parent's id, `true` for sample events, and those
 * of `spillway run`, which it runs.
 * It reports to its parent each user file that it loads or fails to find, and the IR of the pipeline. It ends with its parent.
 */
import { registerHooks } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { errorText } from './command/command.ts'
import { dryRunReason } from './dev/dry-run.ts'
import type { DevMessage } from './dev/dev-run.ts'
import { hasSamples } from '../sources/index.ts'
import { main } from './main.ts'
import { importPipeline } from './command/pipeline-file.ts'

const notifyParent = (message: DevMessage): void => void process.send?.(message)

/** Spillway's own files; the user does not edit them. */
const ownFiles = new URL('..', import.meta.url).href
const isUserFile = (url: string): boolean => url.startsWith('file:') && !url.startsWith(ownFiles) && !url.includes('/node_modules/')

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context)
    } catch (error) {
      // The user may create the missing file next, so the parent watches its path.
      const { parentURL = '' } = context
      if (/^(?:\.{0,2}\/|file:)/.test(specifier) && isUserFile(parentURL))
        notifyParent({ file: fileURLToPath(new URL(specifier, parentURL)) })
      throw error
    }
  },
  load(url, context, next) {
    if (isUserFile(url)) notifyParent({ file: fileURLToPath(url) })
    return next(url, context)
  },
})

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// The channel alone does not keep the process alive.
process.channel?.unref()

const [parent, samples, ...args] = process.argv.slice(2)
const guard = new Worker(new URL(`./dev/parent-guard${extname(import.meta.url)}`, import.meta.url), { workerData: Number(parent) })
guard.unref()

process.exitCode = await run(args)

async function run([path, ...args]: readonly string[]): Promise<number> {
  try {
    const { ir } = await importPipeline(path)
    notifyParent({ ir })
    const reason = dryRunReason(ir, process.env)
    if (reason !== undefined) console.error(`  effects are printed, not sent: ${reason}`)
    const sampled = samples === 'true' ? ir.sources.filter(hasSamples).flatMap(({ name }) => ['--source', `${name}=samples:`]) : []
    return await main(['run', path, ...args, ...sampled, ...(reason === undefined ? [] : ['--dry-run'])])
  } catch (error) {
    console.error(errorText(error))
    return 1
  }
}
