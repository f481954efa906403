import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

export interface WritingOptions {
  readonly encoding?: 'utf8' | 'base64'
  /** On the disk before it has its name. */
  readonly flush?: boolean
  /** The rights of the file. */
  readonly mode?: number
}

/** A file is whole under its name, or what stood there before. Throws what the system does; what was written so far is taken away then. */
export function writeWhole(path: string, text: string, { encoding = 'utf8', flush = false, mode }: WritingOptions = {}): void {
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
