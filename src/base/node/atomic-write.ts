import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

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
    writeFileSync(part, text, { encoding, flush })
    if (mode !== undefined) chmodSync(part, mode)
    renameSync(part, path)
  } catch (error) {
    if (statSync(part, { throwIfNoEntry: false })?.isFile()) rmSync(part)
    throw error
  }
}
