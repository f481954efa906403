#!/usr/bin/env node
/** The `spillway` command. Asks for the version of Node before anything that needs it is loaded. */
import { nodeTooOld } from '../base/node-version.ts'
import { limitCompilingThreads } from './compiling-threads.ts'
import { endBySignals } from './first-process.ts'

endBySignals(process)

// Whoever read the output has seen enough (`| head`): what is left to do is done all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', error => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error
  })
}

const tooOld = nodeTooOld(process.versions.node)
if (tooOld) {
  console.error(`${tooOld.code}: ${tooOld.message}`)
  process.exitCode = 1
} else {
  if (process.argv[2] === 'run') limitCompilingThreads(process)
  const { main } = await import('./main.ts')
  process.exitCode = await main(process.argv.slice(2))
}
