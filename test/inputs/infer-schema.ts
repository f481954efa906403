/** Files of many rows for tests of `spillway init --from`, and the schema that is inferred of a file. */
import { schemaOfSample, type InferOptions } from '../../src/files/infer-schema.ts'
import { sampleRecords } from '../../src/files/records-sample.ts'

export const inferSchema = async (path: string, options?: InferOptions) => schemaOfSample(await sampleRecords(path), options)

export const csv = (head: string, rowOf: (i: number) => string, rows = 1000) =>
  [head, ...Array.from({ length: rows }, (_, i) => rowOf(i))].join('\n')
export const time = (i: number) => new Date(1.7e12 + i * 60_000).toISOString()
