/** A path for messages: relative to the working directory, or a bare name outside it, so that no path of a machine is shown. */
import { basename, isAbsolute, relative } from 'node:path'

export function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? basename(path) : fromHere || '.'
}
