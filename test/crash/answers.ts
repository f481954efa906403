/** Requests over crashes: an answered request is in the log once, with its answer; an unanswered one at most once. */
import { NUMBER, type Ask } from './asks.ts'
import type { CrashCase } from './case.ts'
import { decisionsOf, type Entry } from './inspect.ts'
import type { Disk } from './model-store.ts'
import { fault, type Verdict } from './verdict.ts'

/** The requests of a case, by number. */
export const asksOf = ({ steps }: CrashCase): Map<number, Ask> =>
  new Map(steps.flatMap(step => (step.do === 'ask' ? [[Number(step.row[NUMBER.name]), step] as const] : [])))

export function checkAnswers(
  verdict: Verdict,
  of: CrashCase,
  answers: ReadonlyMap<number, string>,
  entries: readonly Entry[],
  disk: Disk,
): void {
  const asks = asksOf(of)
  const decisionsByEntry = Map.groupBy(decisionsOf(disk), ({ entry }) => entry)
  const markers = new Map<number, number>()
  for (const [i, entry] of entries.entries()) {
    if (!('mark' in entry) || entry.mark.kind !== 'request') continue
    const { fields, model } = entry.mark
    const number = Number(fields[NUMBER.name])
    if (JSON.stringify([model, fields]) !== JSON.stringify([asks.get(number)?.model, asks.get(number)?.fields]))
      fault(verdict, 'different', `a request that nobody made: ${JSON.stringify(fields)}`)
    if (markers.has(number)) fault(verdict, 'duplicated', `request ${number}`)
    markers.set(number, i)
    const decisions = decisionsByEntry.get(i)?.length ?? 0
    if (decisions !== 1) fault(verdict, decisions > 1 ? 'duplicated' : 'lost', `a decision about request ${number}: there are ${decisions}`)
  }
  for (const [number, answer] of answers) {
    const decisions = decisionsByEntry.get(markers.get(number) ?? -1) ?? []
    if (decisions.length === 0) fault(verdict, 'lost', `the answer to request ${number}: ${answer}`)
    else if (JSON.stringify(decisions[0]) !== answer) fault(verdict, 'different', `the answer to request ${number}, which was ${answer}`)
  }
}
