/** Comparison of one model's recorded decisions with their SQL values, cell by cell, as counts and examples. */
import type { InputIR, ModelIR, PipelineIR } from '../define/ir/index.ts'
import type { SqlVector } from '../sql/index.ts'
import { limits, type StrictOmit } from '../base/index.ts'
import { isMismatch, compareCells, CellTally } from './cell-comparison.ts'
import type { SqlAnswers, ComparedDecision, MissedEvents } from './chunk.ts'
import type { MayDiffer } from './code-versions.ts'
import type { DecisionCells } from './decision-selection.ts'
import type { DeadLetterIndex } from './dead-letter-index.ts'
import type {
  ComparisonBasis,
  RecordedCell,
  MismatchExample,
  InputReport,
  CellOutcome,
  MismatchReason,
  TodayReport,
} from './reconcile-report.ts'
import { ScoreChanges } from './score-changes.ts'
import type { IsSettled } from './repair-notes.ts'
import { inputFeaturesOf, missedCauses, windowStart, type UnlocatedCause, type InputFeature } from './mismatch-causes.ts'

/** Counts of one input. */
interface InputCounts {
  readonly input: InputIR
  readonly index: number
  readonly leaves: readonly InputFeature[]
  readonly tallies: Readonly<Record<ComparisonBasis, CellTally>>
  forgotten: number
  unrecorded: number
  settled: number
  waiting: number
}

/** A mismatch whose events have not been located in the log. */
export type Mismatch = StrictOmit<MismatchExample, 'causes'> & { readonly causes: readonly UnlocatedCause[] }

/** Inputs of the comparison. */
export interface ComparisonOptions {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly mayDiffer: MayDiffer
  readonly letters: DeadLetterIndex
  readonly isSettled: IsSettled
  /** Latest arrival that the log has deleted, UTC ms. */
  readonly forgottenUpTo: number
  readonly onMismatch: (value: Mismatch) => void
}

/** Counts matches and mismatches of one model. */
export class ModelComparison {
  readonly #options: ComparisonOptions
  readonly #inputs: readonly InputCounts[]
  readonly #scores: ScoreChanges
  /** By input, basis and reasons, so that frequent mismatches do not displace rare ones. */
  readonly #examples = new Map<string, Mismatch[]>()

  constructor(options: ComparisonOptions) {
    const { ir, model } = options
    this.#options = options
    this.#scores = new ScoreChanges(ir, model)
    this.#inputs = model.inputs.map((input, index) => ({
      input,
      index,
      leaves: inputFeaturesOf(ir, model, input),
      tallies: { recorded: new CellTally(), corrected: new CellTally() },
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

  get examples(): Mismatch[] {
    return [...this.#examples.values()].flat()
  }

  /** Decisions of a chunk with a mismatch of a corrected value: their missed events are needed. */
  mismatchedToday(decisions: readonly ComparedDecision[], { corrected }: SqlAnswers): ComparedDecision[] {
    return decisions.filter(({ decided }, row) =>
      this.#inputs.some(({ input, index }) => {
        const cell = decided.cell(input.name)
        return cell !== undefined && isMismatch(cell, corrected[row].vector[index], corrected[row].bounds[index])
      }),
    )
  }

  /** Compares a chunk. `missed` has the missed events of the decisions returned by `mismatchedToday`. */
  compare(decisions: readonly ComparedDecision[], answers: SqlAnswers, missed: ReadonlyMap<ComparedDecision, MissedEvents>): void {
    for (const [row, decision] of decisions.entries()) {
      const hasMismatch = this.#inputs.map(input => this.#compareCell(input, decision, answers, row, missed.get(decision)))
      if (hasMismatch.includes(true)) this.#scores.add(decision.decided, answers.corrected[row].score)
    }
  }

  /** True if the value would differ today. */
  #compareCell(
    input: InputCounts,
    decision: ComparedDecision,
    answers: SqlAnswers,
    row: number,
    missed: MissedEvents | undefined,
  ): boolean {
    const { index, leaves } = input
    const { decided, recordedDecision } = decision
    const cell = decided.cell(input.input.name)
    if (cell === undefined) return countSkipped(input, 'unrecorded')
    if (leaves.some(({ feature, read }) => this.#isForgotten(windowStart(feature, recordedDecision.cuts[read].asOf))))
      return countSkipped(input, 'forgotten')
    if (this.#isSettled(input, decided, cell)) return countSkipped(input, 'settled')
    if (this.#hasPendingLetter(leaves, decision)) input.waiting++
    const [before, today] = [answers.recorded[row], answers.corrected[row]]
    const recordedCauses = this.#compare(input, decision, { basis: 'recorded', cell, answer: before }, [])
    const differs = (value: RecordedCell): boolean => isMismatch(value, today.vector[index], today.bounds[index])
    // Events that the decision did not know explain today's value. They do not explain a recorded value that SQL never gave.
    const hasChanged = missed !== undefined && differs(cell) && (recordedCauses.length === 0 || differs(before.vector[index]))
    const missedEventCauses = hasChanged ? missedCauses({ index, leaves, before, today }, missed) : []
    return this.#compare(input, decision, { basis: 'corrected', cell, answer: today }, [...recordedCauses, ...missedEventCauses]).length > 0
  }

  /** Counts one value and returns the causes of its mismatch. */
  #compare(
    input: InputCounts,
    decision: ComparedDecision,
    { basis, cell, answer }: Comparison,
    knownCauses: readonly UnlocatedCause[],
  ): readonly UnlocatedCause[] {
    const { index } = input
    const [recomputed, bound] = [answer.vector[index], answer.bounds[index]]
    const outcome = compareCells(cell, recomputed, bound)
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
  #unknownCause({ decided: { fingerprint, read } }: ComparedDecision, { input, leaves }: InputCounts): MismatchReason {
    const { mayDiffer, model } = this.#options
    const isUnread = leaves.some(({ group, key }) => read(`${group.name}(${key.join(',')})`) === undefined)
    return isUnread || mayDiffer(fingerprint, model, input) ? 'code version' : 'unexplained'
  }

  #isSettled({ input }: InputCounts, decided: DecisionCells, cell: RecordedCell): boolean {
    const { isSettled, mayDiffer, model } = this.#options
    return isSettled(model.name, input.name, decided, { cell, isOther: () => mayDiffer(decided.fingerprint, model, input) })
  }

  #hasPendingLetter(leaves: readonly InputFeature[], { recordedDecision: { trigger, cuts } }: ComparedDecision): boolean {
    return leaves.some(({ feature, read, group, key }) => {
      const { asOf } = cuts[read]
      const values = key.map(name => trigger[name] ?? null)
      return this.#options.letters.hasPending(group, values, windowStart(feature, asOf), asOf)
    })
  }

  #addExample(
    { input }: InputCounts,
    { decided }: ComparedDecision,
    mismatch: Pick<Mismatch, 'basis' | 'causes' | 'recorded' | 'other'>,
    outcome: CellOutcome,
  ): void {
    const { entry, key, t, fingerprint } = decided
    const example = { ...mismatch, model: this.#options.model.name, input: input.name, entry, key, t, fingerprint }
    this.#options.onMismatch(example)
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
  readonly basis: ComparisonBasis
  readonly cell: RecordedCell
  readonly answer: SqlVector
}

/** Causes of an outcome; none for equal values. */
function causesOf(
  outcome: CellOutcome,
  knownCauses: readonly UnlocatedCause[],
  unknownCause: () => MismatchReason,
): readonly UnlocatedCause[] {
  if (outcome === 'within') return [{ reason: 'numeric bound' }]
  if (outcome !== 'oneAbsent' && outcome !== 'different') return []
  return knownCauses.length > 0 ? knownCauses : [{ reason: unknownCause() }]
}
