/** The tail of the output of a trainer, both streams, in bounded memory. The output is untrusted. */
import { limits } from '../../base/index.ts'

const LINES = 5

/** Keeps the last bytes of an output. */
export class OutputTail {
  #tail = Buffer.alloc(0)

  append(chunk: Buffer): void {
    const all = Buffer.concat([this.#tail, chunk.subarray(-limits.TRAINER_OUTPUT_BYTES)])
    this.#tail = Buffer.from(all.subarray(-limits.TRAINER_OUTPUT_BYTES))
  }

  /** Its last lines, without terminal control sequences. */
  get text(): string {
    const lines = this.#tail
      .toString('utf8')
      .replaceAll(/\p{Cc}\[[0-9;]*[A-Za-z]/gu, '')
      .split(/[\r\n]+/)
      .map(line => line.replaceAll(/[\p{Cc}\p{Cf}\uFFFD]/gu, '·').trim())
    const last = lines
      .filter(line => line !== '')
      .slice(-LINES)
      .map(line => line.slice(0, limits.FAILURE_REASON_CHARS_MAX))
    return last.join('\n')
  }
}
