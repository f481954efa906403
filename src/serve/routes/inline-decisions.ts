/**
 * Decisions that are answered in the response: when they are durable, or at the deadline of the answer, whichever is first.
 *
 * At the deadline the answer is that of the decision if there is one, and says that it is not durable: the event may still be lost with this process, and is to
 * be sent again. Without a decision it is what the action says otherwise.
 */
import type { Answers } from '../../action/answers.ts'
import { after } from '../../base/clock.ts'
import { limits } from '../../base/limits.ts'
import type { RecordedDecision } from '../../run/decide/recorded-decision.ts'

export interface Inline {
  readonly decisions: readonly RecordedDecision[]
  readonly durable: boolean
  /** Why the answers are not those of a decision. */
  readonly degraded?: string
  /** By action; absent where the models answer nothing. */
  readonly answers?: Readonly<Record<string, unknown>>
}

/** `decided` resolves as soon as the decisions are made, `durable` when they are. Rejects as `durable` does, unless the deadline was first. */
export async function inline(
  answers: Answers,
  decided: Promise<readonly RecordedDecision[]>,
  durable: Promise<unknown>,
  later: typeof after = after,
): Promise<Inline> {
  let made: readonly RecordedDecision[] | undefined
  // A failure is told by `durable`.
  const known = decided.then(
    decisions => (made = decisions),
    () => {},
  )
  const { deadline } = answers
  const said = (decisions: readonly RecordedDecision[]) => (answers.isEmpty ? {} : { answers: answers.following(decisions) })
  const isDurable = await (deadline === undefined ? durable.then(() => true) : beforeDeadline(durable, deadline, later))
  if (isDurable) {
    await known
    return { decisions: made ?? [], durable: true, ...said(made ?? []) }
  }
  if (made) return { decisions: made, durable: false, ...said(made) }
  return { decisions: [], durable: false, degraded: `no decision within ${deadline} ms`, answers: answers.otherwise() }
}

/** A little before it, so that the response arrives in time. */
async function beforeDeadline(durable: Promise<unknown>, deadline: number, later: typeof after): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const timer = later(deadline - Math.min(limits.ANSWER_MARGIN_MS, Math.ceil(deadline / 2)), () => resolve(false))
  durable.then(() => resolve(true), reject)
  try {
    return await promise
  } finally {
    timer.stop()
  }
}
