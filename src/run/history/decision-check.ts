/**
 * Checks every recorded decision once, newest first, during a run: a few milliseconds at a time, about 5 % of one core. Reports the same
 * damage as `spillway inspect --verify`. Nothing else reads old decisions, so damage would stay unnoticed until they are needed.
 */
import { callEvery, stopwatch, SpillwayError, limits } from '../../base/index.ts'
import { SqliteReader } from '../../log/sqlite/index.ts'
import { logDamageText, type LogDamage, type StoredDecisionBatch } from '../../log/index.ts'
import { DECISION_BATCH, decodeDecisions } from '../decide/decision-codec.ts'

export interface DecisionCheckOptions {
  /** Decision batches, newest first. */
  readonly batches: Iterable<StoredDecisionBatch>
  readonly onReport: (report: string) => void
  /** Measures the duration of a step, ms. */
  readonly clock?: () => number
}

/** One pass over the recorded decisions. */
export class DecisionCheck {
  readonly #batches: Iterator<StoredDecisionBatch>
  readonly #onReport: DecisionCheckOptions['onReport']
  readonly #clock: () => number

  constructor({ batches, onReport, clock = stopwatch }: DecisionCheckOptions) {
    this.#batches = batches[Symbol.iterator]()
    this.#onReport = onReport
    this.#clock = clock
  }

  /** Checks one batch, and more until its time is over. Returns whether any are left. */
  step(): boolean {
    const startedAt = this.#clock()
    try {
      do {
        const { done, value } = this.#batches.next()
        if (done) return false
        const damage = damageOf(value)
        if (damage) this.#onReport(`damaged: ${logDamageText(damage)}; \`spillway inspect --verify\` lists all damage`)
      } while (this.#clock() - startedAt < limits.DECISION_CHECK_MS)
      return true
    } catch (error) {
      // The file itself is damaged: the rest cannot be read.
      if (!(error instanceof SpillwayError)) throw error
      this.#onReport(`recorded decisions cannot be checked further: ${error.message}`)
      return false
    }
  }
}

/** Checks the log in this file, until all is checked or it is stopped. */
export function startDecisionCheck(path: string, onReport: DecisionCheckOptions['onReport']): { stop(): void } {
  const reader = new SqliteReader(path)
  const check = new DecisionCheck({ batches: reader.newestDecisions(), onReport })
  let isOver = false
  const stop = (): void => {
    if (isOver) return
    isOver = true
    timer.stop()
    reader.close()
  }
  const timer = callEvery(limits.DECISION_CHECK_EVERY_MS, () => {
    if (!check.step()) stop()
  })
  return { stop }
}

/** The damage of all damaged batches. */
export function* damagedDecisions(batches: Iterable<StoredDecisionBatch>): Generator<LogDamage> {
  for (const batch of batches) {
    const damage = damageOf(batch)
    if (damage) yield damage
  }
}

/** The damage of a batch; undefined if it is intact. */
function damageOf(batch: StoredDecisionBatch): LogDamage | undefined {
  const problem = problemOf(batch)
  return problem === undefined ? undefined : { place: `${DECISION_BATCH} of '${batch.model}'`, entries: [batch.first, batch.last], problem }
}

function problemOf({ model, first, last, count, bytes }: StoredDecisionBatch): string | undefined {
  try {
    const decoded = decodeDecisions(bytes)
    const isSame = decoded.model === model && decoded.length === count && decoded.entry[0] === first && decoded.entry[count - 1] === last
    return isSame ? undefined : `holds ${decoded.length} of '${decoded.model}' from entry ${decoded.entry[0]} on, and stands as ${count}`
  } catch (error) {
    if (error instanceof SpillwayError) return error.problemAt(DECISION_BATCH)
    throw error
  }
}
