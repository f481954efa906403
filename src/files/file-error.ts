/** Errors of whole files, in words: what is wrong with which file, and what to do. */
import { resolve } from 'node:path'
import { SpillwayError } from '../base/errors.ts'
import { shortPath } from '../base/short-path.ts'

/** A path as messages show it: from the working directory, or the bare name of a file outside it. */
export const shownPath = (path: string): string => shortPath(resolve(path))

export function fileError(path: string, what: string, cause?: unknown): SpillwayError {
  return new SpillwayError('SPILL_INPUT', what, { place: shownPath(path), ...(cause === undefined ? {} : { cause }) })
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder; name a file',
  ENOTDIR: 'is no path to a file',
  EACCES: 'may not be opened (no permission)',
  EPERM: 'may not be opened (no permission)',
  ENOSPC: 'cannot be written: the disk is full',
  EMFILE: 'cannot be opened: too many files are open',
}

/** What the operating system said, in words. */
export function systemError(path: string, error: unknown): SpillwayError {
  if (error instanceof SpillwayError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  return fileError(path, systemErrors[code] ?? `cannot be used: ${message}`, error)
}
