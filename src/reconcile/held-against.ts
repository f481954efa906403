/** Counts, cell by cell, how recorded decisions of one model stand to what SQL makes of them. */
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

interface Input {
  readonly input: InputIR
  readonly index: number
  readonly leaves: readonly Leaf[]
  readonly tallies: Readonly<Record<Basis, Tally>>
  forgotten: number
  unrecorded: number
  settled: number
  waiting: number
}

/** An example whose causes have not been looked up in the log. */
export type Found = Omit<Example, 'causes'> & { readonly causes: readonly FoundCause[] }

export interface Against {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly versions: CodeVersions
  readonly letters: Letters
  readonly settled: Settled
  /** The log has forgotten what arrived up to here, UTC ms. */
  readonly forgottenUpTo: number
  readonly onApart: (value: Found) => void
}

export class HeldAgainst {
  readonly #against: Against
  readonly #inputs: readonly Input[]
  readonly #scores: Scores
  /** By input, basis and reasons, so that none hides another. */
  readonly #examples = new Map<string, Found[]>()

  constructor(against: Against) {
    const { ir, model } = against
    this.#against = against
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
      model: this.#against.model.name,
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

  /** The decisions of a chunk whose corrected values are others: of these it must be known what they missed. */
  corrected(asked: readonly Asked[], { corrected }: Answered): Asked[] {
    return asked.filter(({ decided }, row) =>
      this.#inputs.some(({ input, index }) => {
        const cell = decided.cell(input.name)
        return cell !== undefined && isApart(cell, corrected[row].vector[index], corrected[row].bounds[index])
      }),
    )
  }

  take(asked: readonly Asked[], answers: Answered, missed: ReadonlyMap<Asked, Missed>): void {
    for (const [row, one] of asked.entries()) {
      const isOther = this.#inputs.map(input => this.#cell(input, one, answers, row, missed.get(one)))
      if (isOther.includes(true)) this.#scores.take(one.decided, answers.corrected[row].score)
    }
  }

  /** Would the value be another today? */
  #cell(input: Input, asked: Asked, answers: Answered, row: number, missed: Missed | undefined): boolean {
    const { index, leaves } = input
    const { decided, made } = asked
    const cell = decided.cell(input.input.name)
    if (cell === undefined) return counted(input, 'unrecorded')
    if (leaves.some(({ feature, read }) => this.#isForgotten(tailOf(feature, made.cuts[read].clock)))) return counted(input, 'forgotten')
    if (this.#isSettled(input, decided, cell)) return counted(input, 'settled')
    if (this.#waits(leaves, asked)) input.waiting++
    const [before, today] = [answers.recorded[row], answers.corrected[row]]
    const damage = this.#compare(input, asked, { basis: 'recorded', cell, answer: before }, [])
    const differs = (value: Cell): boolean => isApart(value, today.vector[index], today.bounds[index])
    // What the decision did not know explains what it would be today, not what it never was.
    const isMoved = missed !== undefined && differs(cell) && (damage.length === 0 || differs(before.vector[index]))
    const found = isMoved ? missedCauses({ index, leaves, before, today }, missed) : []
    return this.#compare(input, asked, { basis: 'corrected', cell, answer: today }, [...damage, ...found]).length > 0
  }

  /** Counts one value. Gives what the recorded value is another for. */
  #compare(input: Input, asked: Asked, { basis, cell, answer }: Comparison, given: readonly FoundCause[]): readonly FoundCause[] {
    const { index } = input
    const [other, bound] = [answer.vector[index], answer.bounds[index]]
    const outcome = outcomeOf(cell, other, bound)
    const causes = causesOf(outcome, given, () => this.#otherwise(asked, input))
    input.tallies[basis].add(
      cell,
      other,
      outcome,
      causes.map(({ reason }) => reason),
    )
    if (causes.length > 0) this.#keep(input, asked, { basis, causes, recorded: cell, other }, outcome)
    return outcome === 'within' ? [] : causes
  }

  /** Does a window that begins there reach back to what the log has forgotten? What arrived later than its tail may be in it, what had arrived by then not. */
  #isForgotten(tail: number): boolean {
    const { forgottenUpTo } = this.#against
    return forgottenUpTo !== -Infinity && tail <= forgottenUpTo
  }

  /** Nothing that the log has explains it. */
  #otherwise({ decided: { fingerprint, read } }: Asked, { input, leaves }: Input): Reason {
    const { versions, model } = this.#against
    const isUnread = leaves.some(({ group, key }) => read(`${group.name}(${key.join(',')})`) === undefined)
    return isUnread || versions.mayDiffer(fingerprint, model, input) ? 'code version' : 'unexplained'
  }

  #isSettled({ input }: Input, decided: Decided, cell: Cell): boolean {
    const { settled, versions, model } = this.#against
    return settled.has(model.name, input.name, decided, { cell, isOther: () => versions.mayDiffer(decided.fingerprint, model, input) })
  }

  #waits(leaves: readonly Leaf[], { made: { trigger, cuts } }: Asked): boolean {
    return leaves.some(({ feature, read, group, key }) => {
      const { clock } = cuts[read]
      const values = key.map(name => trigger[name] ?? null)
      return this.#against.letters.waits(group, values, tailOf(feature, clock), clock)
    })
  }

  #keep({ input }: Input, { decided }: Asked, found: Pick<Found, 'basis' | 'causes' | 'recorded' | 'other'>, outcome: Outcome): void {
    const { entry, key, t, fingerprint } = decided
    const example = { ...found, model: this.#against.model.name, input: input.name, entry, key, t, fingerprint }
    this.#against.onApart(example)
    if (outcome === 'within') return
    const of = JSON.stringify([input.name, found.basis, found.causes.map(({ reason }) => reason)])
    const kept = this.#examples.get(of) ?? []
    this.#examples.set(of, kept)
    if (kept.length < limits.RECONCILE_EXAMPLES) kept.push(example)
  }
}

/** A value that is not compared. */
function counted(input: Input, what: 'forgotten' | 'unrecorded' | 'settled'): false {
  input[what]++
  return false
}

interface Comparison {
  readonly basis: Basis
  readonly cell: Cell
  readonly answer: SqlVector
}

/** None for values that are the same. */
function causesOf(outcome: Outcome, given: readonly FoundCause[], otherwise: () => Reason): readonly FoundCause[] {
  if (outcome === 'within') return [{ reason: 'numeric bound' }]
  if (outcome !== 'oneAbsent' && outcome !== 'different') return []
  return given.length > 0 ? given : [{ reason: otherwise() }]
}
