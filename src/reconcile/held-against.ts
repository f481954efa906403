/** Counts, cell by cell, how recorded decisions of one model stand to what SQL makes of them. */
import type { InputIR, ModelIR, PipelineIR } from '../define/ir.ts'
import type { SqlVector } from '../sql/duckdb/answers.ts'
import { limits } from '../base/limits.ts'
import { outcomeOf } from './cells.ts'
import type { Answered, Asked, Missed } from './chunk.ts'
import type { CodeVersions } from './code-versions.ts'
import type { Letters } from './letters.ts'
import { bases, type Basis, type Cell, type Example, type InputReport, type Outcome, type Reason } from './report.ts'
import { Tally } from './tally.ts'
import { leavesOf, missedReason, tailOf, type Leaf } from './why.ts'

interface Input {
  readonly input: InputIR
  readonly index: number
  readonly leaves: readonly Leaf[]
  readonly tallies: Readonly<Record<Basis, Tally>>
  forgotten: number
  unrecorded: number
  waiting: number
}

export interface Against {
  readonly ir: PipelineIR
  readonly model: ModelIR
  readonly versions: CodeVersions
  readonly letters: Letters
  /** The log has forgotten what arrived up to here, UTC ms. */
  readonly forgottenUpTo: number
  readonly onApart: (value: Example) => void
}

/** Does an outcome ask for a reason? */
const isApart = (outcome: Outcome): boolean => outcome === 'oneAbsent' || outcome === 'different'

export class HeldAgainst {
  readonly #against: Against
  readonly #inputs: readonly Input[]
  /** By input, basis and reason, so that no reason hides another. */
  readonly #examples = new Map<string, Example[]>()

  constructor(against: Against) {
    const { ir, model } = against
    this.#against = against
    this.#inputs = model.inputs.map((input, index) => ({
      input,
      index,
      leaves: leavesOf(ir, model, input),
      tallies: { recorded: new Tally(), corrected: new Tally() },
      forgotten: 0,
      unrecorded: 0,
      waiting: 0,
    }))
  }

  get inputs(): InputReport[] {
    return this.#inputs.map(({ input, tallies, forgotten, unrecorded, waiting }) => ({
      model: this.#against.model.name,
      input: input.name,
      recorded: tallies.recorded.compared,
      corrected: tallies.corrected.compared,
      forgotten,
      unrecorded,
      waiting,
    }))
  }

  get examples(): Example[] {
    return [...this.#examples.values()].flat()
  }

  /** The decisions of a chunk whose corrected values are others: of these it must be known what they missed. */
  corrected(asked: readonly Asked[], { corrected }: Answered): Asked[] {
    return asked.filter(({ decided }, row) =>
      this.#inputs.some(({ input, index }) => {
        const cell = decided.cell(input.name)
        return cell !== undefined && isApart(outcomeOf(cell, corrected[row].vector[index], corrected[row].bounds[index]))
      }),
    )
  }

  take(asked: readonly Asked[], answers: Answered, missed: ReadonlyMap<Asked, Missed>): void {
    for (const [row, one] of asked.entries()) for (const input of this.#inputs) this.#cell(input, one, answers, row, missed.get(one))
  }

  #cell(input: Input, asked: Asked, answers: Answered, row: number, missed: Missed | undefined): void {
    const { index, leaves } = input
    const { decided, made } = asked
    const cell = decided.cell(input.input.name)
    if (cell === undefined) return void input.unrecorded++
    if (leaves.some(({ feature, read }) => this.#isForgotten(tailOf(feature, made.cuts[read].clock)))) return void input.forgotten++
    if (this.#waits(leaves, asked)) input.waiting++
    const why: Partial<Record<Basis, Reason>> = {}
    for (const basis of bases) {
      const { vector, bounds } = answers[basis][row]
      const outcome = outcomeOf(cell, vector[index], bounds[index])
      if (outcome === 'within') why[basis] = 'numeric bound'
      else if (isApart(outcome)) {
        const damaged = why.recorded === 'numeric bound' ? undefined : why.recorded
        const found = basis === 'corrected' && missed ? this.#missed(input, asked, answers.corrected[row], missed) : undefined
        why[basis] = damaged ?? found ?? this.#otherwise(asked, input)
      }
      input.tallies[basis].add(cell, vector[index], outcome, why[basis])
      if (isApart(outcome)) this.#keep(input, asked, { basis, reason: why[basis]!, recorded: cell, other: vector[index] })
    }
  }

  #missed({ index, leaves }: Input, { made: { trigger, cuts } }: Asked, today: SqlVector, { reads, atOnce }: Missed): Reason | undefined {
    const isWhollyStale = !isApart(outcomeOf(atOnce.vector[index], today.vector[index], today.bounds[index]))
    const clocks = cuts.map(({ clock }) => clock)
    return missedReason(leaves, { trigger, clocks, missed: reads, isWhollyStale }, this.#against.letters)
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

  #waits(leaves: readonly Leaf[], { made: { trigger, cuts } }: Asked): boolean {
    return leaves.some(({ feature, read, group, key }) => {
      const { clock } = cuts[read]
      const values = key.map(name => trigger[name] ?? null)
      return this.#against.letters.waits(group, values, tailOf(feature, clock), clock)
    })
  }

  #keep({ input }: Input, { decided }: Asked, found: { basis: Basis; reason: Reason; recorded: Cell; other: Cell }): void {
    const { entry, key, t } = decided
    const example = { ...found, model: this.#against.model.name, input: input.name, entry, key, t }
    this.#against.onApart(example)
    const of = JSON.stringify([input.name, found.basis, found.reason])
    const kept = this.#examples.get(of) ?? []
    this.#examples.set(of, kept)
    if (kept.length < limits.RECONCILE_EXAMPLES) kept.push(example)
  }
}
