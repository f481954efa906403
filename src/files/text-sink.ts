/**
 * Writes text to a file, a megabyte at a time; with gzip if the name ends in `.gz`.
 *
 * Writes are synchronous, so a writer is ahead of the disk by the buffer at most, and text before an error is on the disk. Each buffer is a
 * whole gzip member, so a file that breaks off can be read up to there.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { fileError, systemError } from './file-error.ts'

const BUFFER_LENGTH = 1 << 20

export class TextSink {
  readonly #path: string
  readonly #file: number
  #parts: string[] = []
  #length = 0

  /** Truncates an existing file. Throws `SPILL_FILE`, naming `shownAs`, if it cannot be written. */
  constructor(path: string, shownAs = path) {
    this.#path = path
    try {
      this.#file = openSync(path, 'w')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        throw fileError(shownAs, 'cannot be written: its folder does not exist', error)
      throw systemError(shownAs, error)
    }
  }

  write(text: string): void {
    this.#parts.push(text)
    this.#length += text.length
    if (this.#length >= BUFFER_LENGTH) this.flush()
  }

  flush(): void {
    if (this.#length === 0) return
    const text = Buffer.from(this.#parts.join(''))
    this.#parts = []
    this.#length = 0
    const bytes = this.#path.endsWith('.gz') ? gzipSync(text) : text
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written)
    } catch (error) {
      throw systemError(this.#path, error)
    }
  }

  close(): void {
    try {
      this.flush()
    } finally {
      closeSync(this.#file)
    }
  }
}
