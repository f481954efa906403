/**
 * The process that `spillway dev` starts for each version of a pipeline: `spillway run` with the arguments that it is given behind the id of its parent, which tells its parent what
 * files of the user's it loads, or would if they were there, and what pipeline they are. Ends with its parent.
 */
import { registerHooks } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { messageOf } from './command/command.ts'
import { whyDry } from './dev/dry-run.ts'
import type { DevMessage } from './dev/dev-run.ts'
import { main } from './main.ts'
import { importPipeline } from './command/pipeline-file.ts'

const tell = (message: DevMessage): void => void process.send?.(message)

/** Spillway's own files, which nobody edits here. */
const own = new URL('..', import.meta.url).href
const isUsers = (url: string): boolean => url.startsWith('file:') && !url.startsWith(own) && !url.includes('/node_modules/')

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context)
    } catch (error) {
      // What is not there is never loaded, and is made next.
      const { parentURL = '' } = context
      if (/^(?:\.{0,2}\/|file:)/.test(specifier) && isUsers(parentURL)) tell({ file: fileURLToPath(new URL(specifier, parentURL)) })
      throw error
    }
  },
  load(url, context, next) {
    if (isUsers(url)) tell({ file: fileURLToPath(url) })
    return next(url, context)
  },
})

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// That alone does not keep it alive.
process.channel?.unref()

const [parent, ...args] = process.argv.slice(2)
const guard = new Worker(new URL(`./dev-guard${extname(import.meta.url)}`, import.meta.url), { workerData: Number(parent) })
guard.unref()

process.exitCode = await run(args)

async function run([path, ...args]: readonly string[]): Promise<number> {
  try {
    const { ir } = await importPipeline(path)
    tell({ ir })
    const why = whyDry(ir, process.env)
    if (why !== undefined) console.error(`  nothing is sent, and what would be is shown: ${why}`)
    return await main(['run', path, ...args, ...(why === undefined ? [] : ['--dry-run'])])
  } catch (error) {
    console.error(messageOf(error))
    return 1
  }
}
