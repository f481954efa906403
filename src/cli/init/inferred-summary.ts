/** The text of what `init --from FILE` inferred, with the evidence. */
import { inOneLine } from '../../base/index.ts'
import type { Inference } from './inferences.ts'

const HEAD_COLUMNS = 13
/** Least width of the text, however narrow the terminal is. */
const LEAST_COLUMNS = 40

/** `  key        customer (812 distinct values …)`, wrapped to `columns`. */
export const inferenceLines = (inferences: readonly Inference[], columns: number): string[] =>
  inferences.flatMap(({ of, value, evidence }) => {
    const lines = wrappedText(inOneLine(`${value} (${evidence})`), Math.max(columns - HEAD_COLUMNS, LEAST_COLUMNS))
    return lines.map((line, i) => (i === 0 ? `  ${of}`.padEnd(HEAD_COLUMNS) : ' '.repeat(HEAD_COLUMNS)) + line)
  })

/** Words in lines of at most `columns`, unless a single word is longer. */
const wrappedText = (text: string, columns: number): string[] => text.match(new RegExp(`\\S.{0,${columns - 1}}(?!\\S)|\\S+`, 'g')) ?? ['']
