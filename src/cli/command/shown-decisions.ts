import { inspect } from 'node:util'
import { forTerminal } from '../../base/show.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { DecisionBatch } from '../../replay/decide.ts'
import { decisionRecords, type DecisionRecord } from '../../replay/decision-record.ts'
import type { ReplayLog } from '../../replay/log.ts'
import { oneLined } from './print.ts'
import { scoreText, shortened } from './replay-summary.ts'

/** The last few decisions of each model, which have seen the most of the history. */
export class ShownDecisions {
  readonly #ir: PipelineIR
  readonly #count: number
  readonly #byModel = new Map<string, DecisionRecord[]>()

  constructor(ir: PipelineIR, count: number) {
    this.#ir = ir
    this.#count = count
  }

  see(batch: DecisionBatch, log: Pick<ReplayLog, 'strings'>): void {
    const recordOf = decisionRecords(this.#ir, batch.model, log)
    const from = Math.max(0, batch.length - this.#count)
    const records = Array.from({ length: batch.length - from }, (_, i) => recordOf(batch, from + i))
    const all = [...(this.#byModel.get(batch.model.name) ?? []), ...records]
    this.#byModel.set(batch.model.name, all.slice(Math.max(0, all.length - this.#count)))
  }

  /** Each as its time, key and score, and under it the vector. */
  text(): string {
    return [...this.#byModel.values()]
      .flat()
      .map(decision => decisionText(oneLined(decision)))
      .join('\n\n')
  }
}

/** A decision for a person: a line that says when, about what, and the result; below it the vector. Its texts are each in one line. */
export function decisionText(
  decision: Omit<DecisionRecord, 'position'> & { readonly version?: number; readonly explored?: Readonly<Record<string, number>> },
): string {
  const { model, t, key, score, version, explored = {}, unscored, refused, vector } = decision
  const by = version === undefined ? '' : ` by version ${version}`
  const why = unscored === undefined ? '' : ` (${unscored})`
  const undone = Object.entries(explored).map(
    ([action, part]) => `; ${action} left undone, at a chance of ${part}, to see what comes of it`,
  )
  const result = refused === undefined ? `score ${scoreText(score)}${by}${why}${undone.join('')}` : `refused: ${refused}`
  const shown = inspect(shortenedIn(vector), { depth: null, breakLength: 120, compact: 3, maxArrayLength: 10, maxStringLength: 100 })
  return forTerminal(`${model}  ${new Date(t).toISOString()}  ${String(key)}  ${result}\n${shown.replaceAll(/^/gm, '  ')}`)
}

/** Values of a vector, lists and groups in it among them. */
function shortenedIn(value: unknown): unknown {
  if (typeof value === 'number') return shortened(value)
  if (Array.isArray(value)) return value.map(shortenedIn)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortenedIn(inner)]))
}
