/** Totals of a kind of crash case. */
import type { Judgement } from './judge.ts'
import { noneTrained, type TrainedCounts } from './training-laws.ts'
import { isSound } from './verdict.ts'

export type Kind = 'model' | 'power' | 'process' | 'http' | 'postgres' | 'backup'

export interface Failure {
  readonly kind: Kind
  readonly seed: number
  readonly fault: string
  /** File of a shrunk case. */
  readonly file?: string
}

const FAILURES_KEPT = 5
/** Characters of a fault in a line of progress. */
const FAULT_MAX = 600

export class CaseTotals {
  readonly kind: Kind
  cases = 0
  crashes = 0
  lost = 0
  duplicated = 0
  different = 0
  events = 0
  decisions = 0
  swaps = 0
  explored = 0
  trained = noneTrained
  readonly failures: Failure[] = []

  constructor(kind: Kind) {
    this.kind = kind
  }

  /** The failures for a line of progress, which is all that the log of a test run shows of them. */
  get failed(): string {
    const [first] = this.failures
    const fault = first ? `; seed ${first.seed}: ${first.fault.slice(0, FAULT_MAX)}` : ''
    return `${this.failures.length} failed${fault}`
  }

  /** Adds the results of one case, or of several over one folder. Returns true for a failure to be kept. */
  add(
    { verdict, events, decisions, swaps = 0, explored = 0, trained = noneTrained }: Judgement,
    { cases, crashes }: { readonly cases: number; readonly crashes: number },
  ): boolean {
    this.cases += cases
    this.crashes += crashes
    this.events += events
    this.decisions += decisions
    this.swaps += swaps
    this.explored += explored
    this.trained = plus(this.trained, trained)
    for (const name of ['lost', 'duplicated', 'different'] as const) this[name] += verdict[name]
    return !isSound(verdict) && this.failures.length < FAILURES_KEPT
  }
}

const plus = (a: TrainedCounts, b: TrainedCounts): TrainedCounts => ({
  trainings: a.trainings + b.trainings,
  promotions: a.promotions + b.promotions,
  rollbacks: a.rollbacks + b.rollbacks,
  shadows: a.shadows + b.shadows,
})

/** Runs lives over one folder after another until there were `lives`; `through` runs those of a folder. */
export async function proveLives(
  proved: CaseTotals,
  { cases, seed, livesMax }: { readonly cases: number; readonly seed: number; readonly livesMax: number },
  through: (lives: number, seed: number) => Promise<Judgement & { readonly crashes: number }>,
  say: () => void,
): Promise<void> {
  for (let folder = 0; proved.cases < cases; folder++) {
    const lives = Math.max(2, Math.min(livesMax, cases - proved.cases))
    const own = (seed + folder) >>> 0
    const { crashes, ...judged } = await through(lives, own)
    if (proved.add(judged, { cases: lives, crashes }))
      proved.failures.push({ kind: proved.kind, seed: own, fault: judged.verdict.faults[0] })
    say()
  }
}
