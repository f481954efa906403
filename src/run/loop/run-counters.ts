import type { DeadLetter } from '../../log/letters.ts'
import type { StoredDecisions } from '../../log/store.ts'
import type { Input, Receipt, Turn } from '../ingest/appender.ts'
import type { GroupFreshness } from '../decide/freshness.ts'

/** What a run has done since it started, all of it durable. */
export class Counts {
  accepted = 0
  duplicates = 0
  refused = 0
  decisions = 0
  /** By source. */
  readonly ofSource = new Map<string, { accepted: number; duplicates: number }>()
  /** Accepted events that came later than their source's `allowedLateness`, by source. */
  readonly late = new Map<string, number>()
  /** By source and reason. */
  readonly letters = new Map<string, Map<string, number>>()
  /** Decisions by model. */
  readonly ofModel = new Map<string, number>()
  /** Decisions that an action left undone to see what comes of them, by action. */
  readonly explored = new Map<string, number>()

  /** The freshness objectives of feature groups, and how many decisions met them. */
  freshness: () => readonly GroupFreshness[] = () => []

  /** As a plain object; `explored` where anything was. */
  get all(): { accepted: number; duplicates: number; refused: number; decisions: number; explored?: number } {
    const { accepted, duplicates, refused, decisions } = this
    const explored = [...this.explored.values()].reduce((sum, count) => sum + count, 0)
    return { accepted, duplicates, refused, decisions, ...(explored > 0 && { explored }) }
  }

  /** One receipt an input. */
  add(
    decisions: readonly StoredDecisions[],
    receipts: readonly Receipt[],
    inputs: readonly Pick<Input, 'source'>[],
    dead: readonly DeadLetter[],
    late: Turn['late'],
  ): void {
    receipts.forEach(({ accepted, duplicates, refused }, i) => {
      this.accepted += accepted
      this.duplicates += duplicates
      this.refused += refused
      const { source } = inputs[i]
      const own = this.ofSource.get(source) ?? { accepted: 0, duplicates: 0 }
      own.accepted += accepted
      own.duplicates += duplicates
      this.ofSource.set(source, own)
    })
    for (const [source, events] of late) this.late.set(source, (this.late.get(source) ?? 0) + events)
    for (const { model, count, explored = {} } of decisions) {
      for (const [action, undone] of Object.entries(explored)) this.explored.set(action, (this.explored.get(action) ?? 0) + undone)
      this.decisions += count
      this.ofModel.set(model, (this.ofModel.get(model) ?? 0) + count)
    }
    for (const { source = '', reason } of dead) {
      const own = this.letters.get(source) ?? new Map<string, number>()
      own.set(reason, (own.get(reason) ?? 0) + 1)
      this.letters.set(source, own)
    }
  }
}
