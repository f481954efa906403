/** Errors about whole files: the file, the problem and the fix. The code says what helps: another path, another format, or a new copy. */
import { resolve } from 'node:path'
import { SpillwayError, type ErrorCode } from '../../base/index.ts'
import { shortPath } from '../../base/node/index.ts'

/** A path for messages: relative to the working directory, or the bare name of a file outside it. */
export const displayPath = (path: string): string => shortPath(resolve(path))

/** The error for a file that cannot be used: missing, a folder, not permitted, not the expected one. */
export const fileError = (path: string, problem: string, cause?: unknown): SpillwayError => errorOf('SPILL_FILE', path, problem, cause)

/** The error for a file in a format that is not read. */
export const formatError = (path: string, problem: string, cause?: unknown): SpillwayError => errorOf('SPILL_FORMAT', path, problem, cause)

/** The error for a file that is cut off or damaged. */
export const truncationError = (path: string, problem: string, cause?: unknown): SpillwayError =>
  errorOf('SPILL_TRUNCATED', path, problem, cause)

const errorOf = (code: ErrorCode, path: string, problem: string, cause: unknown): SpillwayError =>
  new SpillwayError(code, problem, { place: displayPath(path), ...(cause === undefined ? {} : { cause }) })

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder; name a file',
  ENOTDIR: 'is not a path to a file',
  EACCES: 'may not be opened (no permission)',
  EPERM: 'may not be opened (no permission)',
  ENOSPC: 'cannot be written: the disk is full',
  EMFILE: 'cannot be opened: too many files are open',
}

/** Converts an operating system error into a message about the file. */
export function systemError(path: string, error: unknown): SpillwayError {
  if (error instanceof SpillwayError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  return fileError(path, systemErrors[code] ?? `cannot be used: ${message}`, error)
}
