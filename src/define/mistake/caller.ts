/**
 * Where the user's code called Spillway: `glucose.ts:14`.
 *
 * The frame is the innermost one outside Spillway's own files. Paths are relative to the working directory, or a bare file name
 * outside it, so that no machine's paths leak into a message. Costs a stack capture (about 10 µs): definitions only, never events.
 */
import { fileURLToPath } from 'node:url'
import { shortPath } from '../../base/short-path.ts'

const ownFolder = fileURLToPath(new URL('..', import.meta.url))
const frame = /(?:\(|at (?:async )?)((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+):\d+\)?$/

/** The place of the innermost user frame in a stack; of the call being made unless another is given. */
export function callerPlace(stack = currentStack()): string | undefined {
  for (const line of stack.split('\n')) {
    const match = frame.exec(line)
    if (!match) continue
    const path = match[1].startsWith('file:') ? fileURLToPath(match[1]) : match[1]
    if (!isOwn(path)) return `${shortPath(path)}:${match[2]}`
  }
  return undefined
}

/** Deeper than the usual ten frames: nested inputs are walked by recursion. */
function currentStack(): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 200
  const { stack = '' } = new Error('place')
  Error.stackTraceLimit = stackTraceLimit
  return stack
}

/** Our own tests are users too. */
const isOwn = (path: string): boolean => path.startsWith(ownFolder) && !/\.test\.[jt]s$/.test(path)
