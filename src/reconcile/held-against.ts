/** Comparison of one model's recorded decisions with their SQL values, cell by cell, as counts and examples. */
import type { InputIR, ModelIR, PipelineIR } from '../define/ir/ir.ts'
import type { SqlVector } from '../sql/duckdb/answers.ts'
import { limits } from '../base/limits.ts'
import { isApart, outcomeOf } from './cells.ts'
import type { Answered, Asked, Missed } from './chunk.ts'
import type { CodeVersions } from './code-versions.ts'
import type { Decided } from './decided.ts'
import type { Letters } from './letters.ts'
import { type Basis, type Cell, type Example, type InputReport, type Outcome, type Reason, type TodayReport } from './report.ts'
import { Scores } from './scores.ts'
import type { Settled } from './settled.ts'
import { Tally } from './tally.ts'
import { leavesOf, missedCauses, tailOf, type FoundCause, type Leaf } from './why.ts'

/** Counts of one input. */
interface InputCounts {
  readonly input: InputIR
  readonly index: number
  readonly leaves: readonly Leaf[]
  readonly tallies: Readonly<Record<Basis, Tally>>
  forgotten: number
  unrecorded: number
  settled: number
  waiting: number
}

/** A mismatch whose events have not been located in the log. */
export type Found = Omit<Example, 'causes'> & { readonly causes: readonly FoundCause[] }

/** Inputs of the comparison. */
export interface Against {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly versions: CodeVersions
  readonly letters: Letters
  readonly settled: Settled
  /** Latest arrival that the log has deleted, UTC ms. */
  readonly forgottenUpTo: number
  readonly onApart: (value: Found) => void
}

/** Counts matches and mismatches of one model. */
export class HeldAgainst {
  readonly #options: Against
  readonly #inputs: readonly InputCounts[]
  readonly #scores: Scores
  /** By input, basis and reasons, so that frequent mismatches do not displace rare ones. */
  readonly #examples = new Map<string, Found[]>()

  constructor(options: Against) {
    const { ir, model } = options
    this.#options = options
    this.#scores = new Scores(ir, model)
    this.#inputs = model.inputs.map((input, index) => ({
      input,
      index,
      leaves: leavesOf(ir, model, input),
      tallies: { recorded: new Tally(), corrected: new Tally() },
      forgotten: 0,
      unrecorded: 0,
      settled: 0,
      waiting: 0,
    }))
  }

  get inputs(): InputReport[] {
    return this.#inputs.map(({ input, tallies, forgotten, unrecorded, settled, waiting }) => ({
      model: this.#options.model.name,
      input: input.name,
      recorded: tallies.recorded.compared,
      corrected: tallies.corrected.compared,
      forgotten,
      unrecorded,
      settled,
      waiting,
    }))
  }

  get today(): TodayReport {
    return this.#scores.report
  }

  get examples(): Found[] {
    return [...this.#examples.values()].flat()
  }

  /** Decisions of a chunk with a mismatch of a corrected value: their missed events are needed. */
  corrected(decisions: readonly Asked[], { corrected }: Answered): Asked[] {
    return decisions.filter(({ decided }, row) =>
      this.#inputs.some(({ input, index }) => {
        const cell = decided.cell(input.name)
        return cell !== undefined && isApart(cell, corrected[row].vector[index], corrected[row].bounds[index])
      }),
    )
  }

  /** Compares a chunk. `missed` has the missed events of the decisions returned by `mismatchedToday`. */
  take(decisions: readonly Asked[], answers: Answered, missed: ReadonlyMap<Asked, Missed>): void {
    for (const [row, decision] of decisions.entries()) {
      const hasMismatch = this.#inputs.map(input => this.#compareCell(input, decision, answers, row, missed.get(decision)))
      if (hasMismatch.includes(true)) this.#scores.take(decision.decided, answers.corrected[row].score)
    }
  }

  /** True if the value would differ today. */
  #compareCell(input: InputCounts, decision: Asked, answers: Answered, row: number, missed: Missed | undefined): boolean {
    const { index, leaves } = input
    const { decided, made } = decision
    const cell = decided.cell(input.input.name)
    if (cell === undefined) return countSkipped(input, 'unrecorded')
    if (leaves.some(({ feature, read }) => this.#isForgotten(tailOf(feature, made.cuts[read].clock))))
      return countSkipped(input, 'forgotten')
    if (this.#isSettled(input, decided, cell)) return countSkipped(input, 'settled')
    if (this.#hasPendingLetter(leaves, decision)) input.waiting++
    const [before, today] = [answers.recorded[row], answers.corrected[row]]
    const recordedCauses = this.#compare(input, decision, { basis: 'recorded', cell, answer: before }, [])
    const differs = (value: Cell): boolean => isApart(value, today.vector[index], today.bounds[index])
    // Events that the decision did not know explain today's value. They do not explain a recorded value that SQL never gave.
    const hasChanged = missed !== undefined && differs(cell) && (recordedCauses.length === 0 || differs(before.vector[index]))
    const missedEventCauses = hasChanged ? missedCauses({ index, leaves, before, today }, missed) : []
    return this.#compare(input, decision, { basis: 'corrected', cell, answer: today }, [...recordedCauses, ...missedEventCauses]).length > 0
  }

  /** Counts one value and returns the causes of its mismatch. */
  #compare(
    input: InputCounts,
    decision: Asked,
    { basis, cell, answer }: Comparison,
    knownCauses: readonly FoundCause[],
  ): readonly FoundCause[] {
    const { index } = input
    const [recomputed, bound] = [answer.vector[index], answer.bounds[index]]
    const outcome = outcomeOf(cell, recomputed, bound)
    const causes = causesOf(outcome, knownCauses, () => this.#unknownCause(decision, input))
    input.tallies[basis].add(
      cell,
      recomputed,
      outcome,
      causes.map(({ reason }) => reason),
    )
    if (causes.length > 0) this.#addExample(input, decision, { basis, causes, recorded: cell, other: recomputed }, outcome)
    return outcome === 'within' ? [] : causes
  }

  /** True if a window that starts at `tail` may contain deleted events: those that arrived after the tail. */
  #isForgotten(tail: number): boolean {
    const { forgottenUpTo } = this.#options
    return forgottenUpTo !== -Infinity && tail <= forgottenUpTo
  }

  /** Reason of a mismatch that no event of the log explains. */
  #unknownCause({ decided: { fingerprint, read } }: Asked, { input, leaves }: InputCounts): Reason {
    const { versions, model } = this.#options
    const isUnread = leaves.some(({ group, key }) => read(`${group.name}(${key.join(',')})`) === undefined)
    return isUnread || versions.mayDiffer(fingerprint, model, input) ? 'code version' : 'unexplained'
  }

  #isSettled({ input }: InputCounts, decided: Decided, cell: Cell): boolean {
    const { settled, versions, model } = this.#options
    return settled.has(model.name, input.name, decided, { cell, isOther: () => versions.mayDiffer(decided.fingerprint, model, input) })
  }

  #hasPendingLetter(leaves: readonly Leaf[], { made: { trigger, cuts } }: Asked): boolean {
    return leaves.some(({ feature, read, group, key }) => {
      const { clock } = cuts[read]
      const values = key.map(name => trigger[name] ?? null)
      return this.#options.letters.waits(group, values, tailOf(feature, clock), clock)
    })
  }

  #addExample(
    { input }: InputCounts,
    { decided }: Asked,
    mismatch: Pick<Found, 'basis' | 'causes' | 'recorded' | 'other'>,
    outcome: Outcome,
  ): void {
    const { entry, key, t, fingerprint } = decided
    const example = { ...mismatch, model: this.#options.model.name, input: input.name, entry, key, t, fingerprint }
    this.#options.onApart(example)
    if (outcome === 'within') return
    const group = JSON.stringify([input.name, mismatch.basis, mismatch.causes.map(({ reason }) => reason)])
    const examples = this.#examples.get(group) ?? []
    this.#examples.set(group, examples)
    if (examples.length < limits.RECONCILE_EXAMPLES) examples.push(example)
  }
}

/** Counts a value that is not compared. */
function countSkipped(input: InputCounts, counter: 'forgotten' | 'unrecorded' | 'settled'): false {
  input[counter]++
  return false
}

interface Comparison {
  readonly basis: Basis
  readonly cell: Cell
  readonly answer: SqlVector
}

/** Causes of an outcome; none for equal values. */
function causesOf(outcome: Outcome, knownCauses: readonly FoundCause[], unknownCause: () => Reason): readonly FoundCause[] {
  if (outcome === 'within') return [{ reason: 'numeric bound' }]
  if (outcome !== 'oneAbsent' && outcome !== 'different') return []
  return knownCauses.length > 0 ? knownCauses : [{ reason: unknownCause() }]
}
