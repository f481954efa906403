/** A path as messages name it: from the working directory, or the bare name outside it, so that no machine's paths leak. */
import { basename, isAbsolute, relative } from 'node:path'

export function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? basename(path) : fromHere || '.'
}
