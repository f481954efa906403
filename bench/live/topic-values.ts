/** The values of fetched records, as text. */
import type { RecordColumns } from '../../src/kafka/index.ts'

export const valuesOf = ({ count, bytes, values }: RecordColumns): string[] =>
  Array.from({ length: count }, (_, row) => bytes.toString('utf8', values[2 * row], values[2 * row + 1]))
