/**
 * The process that `spillway dev` starts for each version of a pipeline: `spillway run` with the arguments that it is given, which tells its parent what
 * files of the user's it loads, and what pipeline they are. Ends with its parent.
 */
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { messageOf } from './command.ts'
import { whyDry } from './dev-dry.ts'
import type { DevMessage } from './dev-run.ts'
import { main } from './main.ts'
import { importPipeline } from './pipeline-file.ts'

const tell = (message: DevMessage): void => void process.send?.(message)

/** Spillway's own files, which nobody edits here. */
const own = new URL('..', import.meta.url).href

registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:') && !url.startsWith(own) && !url.includes('/node_modules/')) tell({ file: fileURLToPath(url) })
    return next(url, context)
  },
})

process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// That alone does not keep it alive.
process.channel?.unref()

process.exitCode = await run(process.argv.slice(2))

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
