/**
 * Text into a file, a megabyte at a time; gzip if the name ends in `.gz`.
 *
 * Writes wait for the disk, so that a writer can never be ahead of it by more than the buffer, and what was written before an error is
 * on the disk. Gzip members are whole: a file that breaks off can be read up to there.
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

  /** Empties the file if there is one. Throws `SPILL_INPUT`, of the file `named`, if it cannot be written. */
  constructor(path: string, named = path) {
    this.#path = path
    try {
      this.#file = openSync(path, 'w')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw fileError(named, 'cannot be written: its folder does not exist', error)
      throw systemError(named, error)
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
