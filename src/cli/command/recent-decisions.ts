/** Decisions as text, and the last decisions of a replay. */
import { inspect } from 'node:util'
import type { StrictOmit } from '../../base/index.ts'
import { forTerminal } from './print.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { type DecisionBatch, decisionRecords, type DecisionRecord, type ReplayLog } from '../../replay/index.ts'
import { singleLineTexts } from './print.ts'
import { scoreText, roundForDisplay } from './text-format.ts'

/** Keeps the last decisions of each model, whose features cover the most history. Memory: `count` records per model. */
export class LatestDecisions {
  readonly #ir: PipelineIR
  readonly #count: number
  readonly #byModel = new Map<string, DecisionRecord[]>()

  constructor(ir: PipelineIR, count: number) {
    this.#ir = ir
    this.#count = count
  }

  /** Adds a decision batch. */
  add(batch: DecisionBatch, log: Pick<ReplayLog, 'strings'>): void {
    const recordOf = decisionRecords(this.#ir, batch.model, log)
    const from = Math.max(0, batch.length - this.#count)
    const records = Array.from({ length: batch.length - from }, (_, i) => recordOf(batch, from + i))
    const all = [...(this.#byModel.get(batch.model.name) ?? []), ...records]
    this.#byModel.set(batch.model.name, all.slice(Math.max(0, all.length - this.#count)))
  }

  /** The decisions as text, separated by empty lines. */
  text(): string {
    return [...this.#byModel.values()]
      .flat()
      .map(decision => decisionText(singleLineTexts(decision)))
      .join('\n\n')
  }
}

/** A decision as text: model, time, key and score on a line, then the feature vector. Strings must be escaped to one line. */
export function decisionText(
  decision: StrictOmit<DecisionRecord, 'position'> & { readonly version?: number; readonly explored?: Readonly<Record<string, number>> },
): string {
  const { model, t, key, score, version, explored = {}, unscored, refused, vector } = decision
  const by = version === undefined ? '' : ` by version ${version}`
  const reason = unscored === undefined ? '' : ` (${unscored})`
  const exploration = Object.entries(explored).map(
    ([action, probability]) => `; ${action} skipped for exploration, probability ${probability}`,
  )
  const result = refused === undefined ? `score ${scoreText(score)}${by}${reason}${exploration.join('')}` : `refused: ${refused}`
  const vectorText = inspect(roundNumbers(vector), { depth: null, breakLength: 120, compact: 3, maxArrayLength: 10, maxStringLength: 100 })
  return forTerminal(`${model}  ${new Date(t).toISOString()}  ${String(key)}  ${result}\n${vectorText.replaceAll(/^/gm, '  ')}`)
}

/** Rounds all numbers of a vector, those in nested lists and groups too. */
function roundNumbers(value: unknown): unknown {
  if (typeof value === 'number') return roundForDisplay(value)
  if (Array.isArray(value)) return value.map(roundNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, roundNumbers(inner)]))
}
