/**
 * Waits for decisions that are answered in the response: until they are durable, or until the deadline of the answer, whichever is first.
 *
 * At the deadline the answer holds the decision, if there is one, and `durable: false`: the event may be lost with this process, and the
 * client should send it again. Without a decision it holds the fallback answers of the actions.
 */
import type { InlineAnswers } from '../../action/index.ts'
import { callAfter, limits } from '../../base/index.ts'
import type { RecordedDecision } from '../../run/decide/index.ts'

/** The answer to a request that waits for decisions. */
export interface InlineDecisions {
  readonly decisions: readonly RecordedDecision[]
  readonly durable: boolean
  /** Why the answers are fallbacks, and not those of a decision. */
  readonly degraded?: string
  /** Answers by action; absent where no action answers. */
  readonly answers?: Readonly<Record<string, unknown>>
}

/** `decided` resolves when the decisions are made, `durable` when they are on the disk. Rejects as `durable` does before the deadline. */
export async function awaitInlineDecisions(
  answers: InlineAnswers,
  decided: Promise<readonly RecordedDecision[]>,
  durable: Promise<unknown>,
  later: typeof callAfter = callAfter,
): Promise<InlineDecisions> {
  let decisions: readonly RecordedDecision[] | undefined
  // `durable` reports a failure.
  const settled = decided.then(
    made => (decisions = made),
    () => {},
  )
  const { deadline } = answers
  const answersOf = (decisions: readonly RecordedDecision[]) => (answers.isEmpty ? {} : { answers: answers.answersFor(decisions) })
  const isDurable = await (deadline === undefined ? durable.then(() => true) : beforeDeadline(durable, deadline, later))
  if (isDurable) {
    await settled
    return { decisions: decisions ?? [], durable: true, ...answersOf(decisions ?? []) }
  }
  if (decisions) return { decisions, durable: false, ...answersOf(decisions) }
  return { decisions: [], durable: false, degraded: `no decision within ${deadline} ms`, answers: answers.fallbacks() }
}

/** Is the decision durable before the deadline? The wait ends `ANSWER_MARGIN_MS` earlier, so that the response arrives in time. */
async function beforeDeadline(durable: Promise<unknown>, deadline: number, later: typeof callAfter): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const timer = later(deadline - Math.min(limits.ANSWER_MARGIN_MS, Math.ceil(deadline / 2)), () => resolve(false))
  durable.then(() => resolve(true), reject)
  try {
    return await promise
  } finally {
    timer.stop()
  }
}
