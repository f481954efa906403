/**
 * Location in the user's code that called Spillway: `glucose.ts:14`.
 *
 * It is the innermost stack frame outside Spillway's own files. Paths are relative to the working directory, or a bare file
 * name outside it, so that messages show no path of a machine. Cost: a stack capture, about 10 µs; for definitions only, never
 * for events.
 */
import { fileURLToPath } from 'node:url'
import { shortPath } from '../../base/node/index.ts'

const ownFolder = fileURLToPath(new URL('..', import.meta.url))
const frame = /(?:\(|at (?:async )?)((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):\d+\)?$/

/** Location of the innermost user frame of a stack; default the current stack. */
export function callerLocation(stack = currentStack()): string | undefined {
  for (const line of stack.split('\n')) {
    const match = frame.exec(line)
    if (!match) continue
    const path = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1]
    if (!isOwn(path)) return `${shortPath(path)}:${match[2]}`
  }
  return undefined
}

/** Captures 200 frames instead of ten: nested inputs are walked by recursion. */
function currentStack(): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 200
  const { stack = '' } = new Error('location')
  Error.stackTraceLimit = stackTraceLimit
  return stack
}

/** Our own tests count as users. */
const isOwn = (path: string): boolean => path.startsWith(ownFolder) && !/\.test\.[jt]s$/.test(path)
