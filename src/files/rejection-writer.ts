/** Writes rejected records as NDJSON: `{"reason","detail","place","source","raw"}`, or `"rawBase64"` for bytes that are not UTF-8. */
import { isUtf8 } from 'node:buffer'
import type { Rejection } from '../intake/index.ts'
import { TextSink } from './text-sink.ts'

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
