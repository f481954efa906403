/**
 * A run that ingests numbers from a source, and whose decisions contain them: each row must occur once. Rows have no ids, so a row that is
 * read twice occurs twice.
 */
import { entity, model, on, pipeline, source, t } from '../../src/index.ts'
import { decodeDecisions } from '../../src/run/decide/decision-codec.ts'
import type { Runnable } from '../../src/run/recovery/open-pipeline.ts'
import { Run } from '../../src/run/loop/run.ts'
import { ModelStore, type Disk } from '../crash/model-store.ts'

const who = entity('who', t.string({ maxBytes: 1 << 20 }))
const rows = source('rows', { schema: { who, n: t.int(), at: t.timestamp() }, key: 'who', time: 'at' })
const numberModel = model('seen', { decide: on(rows), inputs: row => ({ n: row.n }), score: { version: '1', compute: ({ n }) => n } })
export const numbers = pipeline('numbers', [numberModel])

/** The only source of a pipeline. */
export const sourceOf = ({ ir }: Pick<Runnable, 'ir'>) => ir.sources[0]

export interface NumbersRun {
  readonly store: ModelStore
  readonly run: Run
}

/** `auto`: commits are durable at once; otherwise when the test says so. */
export function openNumbersRun(runnable: Runnable = numbers, disk?: Disk, auto = true): NumbersRun {
  const store = new ModelStore(disk, auto)
  return { store, run: new Run(runnable, { store }) }
}

/** The first number of the vector of every durable decision, in the order of the log. */
export const decidedNumbers = (store: ModelStore): (number | null)[] =>
  store.decisions.flatMap(({ bytes }) => {
    const { length, vector } = decodeDecisions(bytes)
    return Array.from({ length }, (_, row) => (vector[0].nulls?.[row] ? null : vector[0].values[row]))
  })
