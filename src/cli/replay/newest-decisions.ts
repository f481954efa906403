/** The newest decisions of each model in a replay, which `spillway replay` prints: their features cover the most history. */
import type { PipelineIR } from '../../define/ir/index.ts'
import { type DecisionBatch, decisionRecords, type DecisionRecord, type ReplayLog } from '../../replay/index.ts'
import { decisionText } from '../command/decision-text.ts'
import { singleLineTexts } from '../command/print.ts'

/** Keeps the `count` newest decisions of each model. Memory: `count` records per model. */
export class NewestReplayedDecisions {
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
