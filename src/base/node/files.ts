import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, isAbsolute, relative } from 'node:path'

/** Options of `writeAtomically`. */
export interface AtomicWriteOptions {
  readonly encoding?: 'utf8' | 'base64'
  /** Flushes the content to the disk before the rename. */
  readonly flush?: boolean
  /** File mode. */
  readonly mode?: number
}

/**
 * Writes a file atomically: under its name is the new content, or what was there before. Throws the system's error and removes
 * the partial file.
 */
export function writeAtomically(path: string, text: string, { encoding = 'utf8', flush = false, mode }: AtomicWriteOptions = {}): void {
  const part = `${path}.part`
  try {
    writeFileSync(part, text, { encoding, flush, mode })
    if (mode !== undefined) chmodSync(part, mode)
    renameSync(part, path)
  } catch (error) {
    if (statSync(part, { throwIfNoEntry: false })?.isFile()) rmSync(part)
    throw error
  }
}

/** A path for messages: relative to the working directory, or a bare name outside it, so that no path of a machine is shown. */
export function shortPath(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? basename(path) : fromHere || '.'
}

/** Version of this Spillway, from its package.json. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}
