/** Reads standard input as a source: NDJSON, without positions, since it cannot be read again. */
import type { SourceIR } from '../../define/ir/index.ts'
import { ndjsonBatches } from '../../files/index.ts'
import { JsonLineReader } from '../../intake/index.ts'
import type { SourceReader } from '../reader/source-reader.ts'

/** The address of standard input, and of standard output in options of outputs. */
export const STANDARD_INPUT = '-'

const NAME = 'standard input'

/** The reader of standard input. It ends at the end of the input, or at the signal. */
export function standardInputReader(source: SourceIR, input: NodeJS.ReadStream = process.stdin): SourceReader {
  return {
    name: NAME,
    describe: () => NAME,
    async *read({ signal }) {
      const close = () => void input.destroy()
      signal.addEventListener('abort', close, { once: true })
      try {
        for await (const { batch } of ndjsonBatches(input, NAME, { reader: JsonLineReader.of(source) })) yield { records: batch }
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        signal.removeEventListener('abort', close)
      }
    },
  }
}
