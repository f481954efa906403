/** Counters of a run since its start, durable results only. */
import { sumBy } from '../../base/index.ts'
import type { DeadLetter, StoredDecisionBatch } from '../../log/index.ts'
import type { GroupFreshness, SourceIngestion } from '../decide/freshness.ts'
import type { AppendedTurn, IngestReceipt, SourceRecords } from '../ingest/appender.ts'

/** The results of a durable commit. */
interface CommittedResults {
  readonly decisions: readonly StoredDecisionBatch[]
  /** One for each input. */
  readonly receipts: readonly IngestReceipt[]
  readonly inputs: readonly Pick<SourceRecords, 'source'>[]
  readonly deadLetters: readonly DeadLetter[]
  readonly lateEvents: AppendedTurn['lateEvents']
}

/** The counters. */
export class RunCounters {
  accepted = 0
  duplicates = 0
  rejected = 0
  decisions = 0
  /** Accepted and duplicate records by source. */
  readonly bySource = new Map<string, { accepted: number; duplicates: number }>()
  /** Late events by source: accepted, but later than `allowedLateness`. */
  readonly lateEvents = new Map<string, number>()
  /** Rejected records by source and reason. */
  readonly deadLetters = new Map<string, Map<string, number>>()
  /** Decisions by model. */
  readonly byModel = new Map<string, number>()
  /** Exploration by action: decisions whose action was withheld to observe the outcome. */
  readonly explored = new Map<string, number>()

  /** Freshness of the feature groups that have an objective. */
  freshness: () => readonly GroupFreshness[] = () => []

  /** The newest ingested event of each source. */
  ingestion: () => readonly SourceIngestion[] = () => []

  /** Totals as a plain object; without `explored` if it is 0. */
  get totals(): { accepted: number; duplicates: number; rejected: number; decisions: number; explored?: number } {
    const { accepted, duplicates, rejected, decisions } = this
    const explored = sumBy(this.explored.values(), count => count)
    return { accepted, duplicates, rejected, decisions, ...(explored > 0 && { explored }) }
  }

  /** Adds the results of one commit. */
  add({ decisions, receipts, inputs, deadLetters, lateEvents }: CommittedResults): void {
    receipts.forEach(({ accepted, duplicates, rejected }, i) => {
      this.accepted += accepted
      this.duplicates += duplicates
      this.rejected += rejected
      const { source } = inputs[i]
      const counts = this.bySource.get(source) ?? { accepted: 0, duplicates: 0 }
      counts.accepted += accepted
      counts.duplicates += duplicates
      this.bySource.set(source, counts)
    })
    for (const [source, events] of lateEvents) this.lateEvents.set(source, (this.lateEvents.get(source) ?? 0) + events)
    for (const { model, count, explorationCounts: explored = {} } of decisions) {
      for (const [action, explorations] of Object.entries(explored))
        this.explored.set(action, (this.explored.get(action) ?? 0) + explorations)
      this.decisions += count
      this.byModel.set(model, (this.byModel.get(model) ?? 0) + count)
    }
    for (const { source = '', reason } of deadLetters) {
      const counts = this.deadLetters.get(source) ?? new Map<string, number>()
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
      this.deadLetters.set(source, counts)
    }
  }
}
