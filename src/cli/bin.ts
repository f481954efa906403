#!/usr/bin/env node
/** Entry point of the `spillway` command. Checks the version of Node before it loads any module that needs a newer one. */
import { nodeTooOld } from '../base/node-version.ts'
import { surviveOutputErrors, limitCompilerThreads, exitOnSignals } from './command/process-setup.ts'

exitOnSignals(process)

surviveOutputErrors(process, text => console.error(text))

const tooOld = nodeTooOld(process.versions.node)
if (tooOld) {
  console.error(`${tooOld.code}: ${tooOld.message}`)
  process.exitCode = 1
} else {
  if (process.argv[2] === 'run') limitCompilerThreads(process)
  const { main } = await import('./main.ts')
  const code = await main(process.argv.slice(2))
  process.exitCode ||= code
}
