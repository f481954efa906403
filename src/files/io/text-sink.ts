/**
 * Writes text to a file, a megabyte at a time; with gzip if the name ends in `.gz`.
 *
 * Writes are synchronous, so a writer is ahead of the disk by the buffer at most, and text before an error is on the disk. Each buffer is a
 * whole gzip member, so a file that breaks off can be read up to there.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { fileError, systemError } from './file-error.ts'
import { isUtf8 } from 'node:buffer'
import type { Rejection } from '../../intake/index.ts'

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

/** Writes rejected records as NDJSON: `{"reason","detail","place","source","raw"}`, or `"rawBase64"` for bytes that are not UTF-8. */
export class RejectionWriter {
  readonly #sink: TextSink

  constructor(path: string) {
    this.#sink = new TextSink(path)
  }

  readonly write = (rejection: Rejection): void => {
    this.#sink.write(`${rejectionLine(rejection)}\n`)
  }

  close(): void {
    this.#sink.close()
  }
}

export function rejectionLine({ reason, detail, place, source, raw }: Rejection): string {
  return JSON.stringify({ reason, detail, place, source, ...rawFields(raw) })
}

/** Half surrogates cannot be written as UTF-8, but JSON can escape them. */
function rawFields(raw: string | Uint8Array): { raw: string } | { rawBase64: string } {
  if (typeof raw === 'string') return { raw }
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  return isUtf8(bytes) ? { raw: bytes.toString('utf8') } : { rawBase64: bytes.toString('base64') }
}
