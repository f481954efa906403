/**
 * `prove reconcile`: the findings of `reconcile` on random runs are right.
 *
 * A fault is a cause of one value: a kind of events that its decision missed (late, duplicate, dead letter, revision, stale batch), other
 * definitions (code version), a damaged number (unexplained) or one rounded differently (numeric bound). The oracle computes the causes of
 * each value, by leaving their events out. Runs have the first kinds by themselves; dead letters and the last three are planted. A fault is
 * found if the reason is named for the value that it changed. Of all faults, and of each reason, at least 95 % must be found (recall); of
 * all named reasons, at least 95 % must be faults (precision); no unchanged value may be flagged, no changed one missed, and only damage is
 * called `unexplained`. Everything repairable is repaired then, and a second run is clean.
 */
import { SpillwayError } from '../../src/base/errors.ts'
import type { InputIR, ModelIR } from '../../src/define/ir/ir.ts'
import { reconcile } from '../../src/reconcile/reconcile.ts'
import { planRepair, repairPuts } from '../../src/reconcile/repair.ts'
import { mismatchReasons, type ComparisonBasis, type MismatchReason } from '../../src/reconcile/reconcile-report.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { Draw } from '../property/generate/draw.ts'
import { ModelStore } from '../crash/model-store.ts'
import { rebuildCase, run, type Material } from '../rebuild/case.ts'
import { judgedBy, lookedAt, type Judged } from './causes.ts'
import { isCut, plantedIn, type Planted } from './planted.ts'

export interface ReconcileResult {
  readonly cases: number
  /** Cells of vectors that were compared with the oracle. */
  readonly values: number
  /** Those that differ, or were rounded differently. */
  readonly apart: number
  /** Their causes; the named ones; and the named ones that are wrong. */
  readonly faults: number
  readonly right: number
  readonly wrong: number
  /** Unchanged values that were reported. */
  readonly flagged: number
  /** Changed values that were not reported. */
  readonly missed: number
  /** Values that were called unexplained and were not planted. */
  readonly unexplained: number
  /** Causes by reason, and the named ones among them. */
  readonly faultsOf: Readonly<Record<MismatchReason, number>>
  readonly rightOf: Readonly<Record<MismatchReason, number>>
  /** Values with several causes. */
  readonly several: number
  /** Repaired folders, and those that were not clean afterwards. */
  readonly repaired: number
  readonly unclean: number
  readonly tooWide: number
  readonly seed: number
  readonly failures: readonly string[]
}

const FAILURES_KEPT = 8
const PROGRESS_EVERY = 50
const RIGHT_LEAST = 0.95
/** From this number of cases on every kind occurs. */
const COVERING_CASES = 100

const counted = [
  'values',
  'apart',
  'faults',
  'right',
  'wrong',
  'flagged',
  'missed',
  'unexplained',
  'several',
  'repaired',
  'unclean',
  'tooWide',
] as const
type Counts = Record<(typeof counted)[number], number> & {
  readonly faultsOf: Record<MismatchReason, number>
  readonly rightOf: Record<MismatchReason, number>
}

const ofReasons = (): Record<MismatchReason, number> =>
  Object.fromEntries(mismatchReasons.map(reason => [reason, 0])) as Record<MismatchReason, number>

export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<ReconcileResult> {
  const zeros = Object.fromEntries(counted.map(name => [name, 0])) as Record<(typeof counted)[number], number>
  const counts: Counts = { ...zeros, faultsOf: ofReasons(), rightOf: ofReasons() }
  const failures: string[] = []
  for (let done = 1; done <= cases; done++) {
    const own = (seed + done - 1) >>> 0
    const found = await proveCase(own, counts)
    failures.push(...found.slice(0, FAILURES_KEPT - failures.length))
    if (done % PROGRESS_EVERY === 0) console.error(`reconcile: ${done} of ${cases} cases, ${counts.faults} faults, ${counts.right} right`)
  }
  return { cases, ...counts, seed, failures }
}

export function holds(result: ReconcileResult): boolean {
  const { cases, faults, right, wrong, flagged, missed, unexplained, unclean, faultsOf, rightOf } = result
  const isRight = right >= RIGHT_LEAST * faults && right >= RIGHT_LEAST * (right + wrong) && flagged + missed + unexplained + unclean === 0
  const isRightOf = mismatchReasons.every(reason => rightOf[reason] >= RIGHT_LEAST * faultsOf[reason])
  return faults > 0 && isRight && (cases < COVERING_CASES || (isRightOf && mismatchReasons.every(reason => faultsOf[reason] > 0)))
}

async function proveCase(seed: number, counts: Counts): Promise<string[]> {
  const material = await run(rebuildCase(seed))
  const draw = new Draw(seed ^ 0xbeef)
  const planted = plantedIn(material, draw)
  const found: Found = new Map()
  let sound: boolean
  try {
    const report = await reconcile(planted, planted.folder, {
      atOnce: draw.pick([1, 7, 1000]),
      onMismatch: ({ basis, causes, input, ...of }) => found.set(nameOf(basis, of, input), new Set(causes.map(({ reason }) => reason))),
    })
    sound = report.sound
  } catch (error) {
    if (!(error instanceof SpillwayError) || error.code !== 'SPILL_RANGE') throw error
    // A sum of products beyond DuckDB's 128 bits.
    counts.tooWide++
    return []
  }
  const judge = new Judge(material, planted, found, counts)
  if (!sound) await checkRepair(material, planted, counts)
  for (const decision of material.recorded) {
    const model = planted.ir.models.find(({ name }) => name === decision.model)!
    for (const input of model.inputs) judge.cell(model, decision, input)
  }
  return judge.failures.map(text => `seed ${seed}: ${text}`)
}

/** Notes the differences, and compares again: then every value is SQL's, or settled. */
async function checkRepair({ disk }: Material, planted: Planted, counts: Counts): Promise<void> {
  const plan = await planRepair(planted, planted.folder, { clock: () => 0 })
  const store = new ModelStore(disk, true)
  await store.commit({ put: repairPuts(plan, store, 0) })
  const again = await reconcile(planted, planted.folder)
  const settledValues = again.inputs.reduce((sum, input) => sum + input.settled, 0)
  counts.repaired++
  if (!again.sound || settledValues === 0) counts.unclean++
}

/** The named reasons of each value of each basis. */
type Found = Map<string, ReadonlySet<MismatchReason>>

const nameOf = (basis: ComparisonBasis, { model, entry, key }: Pick<RecordedDecision, 'model' | 'entry' | 'key'>, input: string): string =>
  JSON.stringify([basis, model, entry, key, input])

class Judge {
  readonly failures: string[] = []
  readonly #material: Material
  readonly #planted: Planted
  readonly #found: Found
  readonly #counts: Counts

  constructor(material: Material, planted: Planted, found: Found, counts: Counts) {
    this.#material = material
    this.#planted = planted
    this.#found = found
    this.#counts = counts
  }

  cell(model: ModelIR, decision: RecordedDecision, input: InputIR): void {
    const { ir, cut, wasRejected } = this.#planted
    const isOwnCut = isCut(cut, model, decision, input)
    const reading = lookedAt({ ...this.#material, ir }, model, isOwnCut ? cut!.decision : decision, input)
    this.#counts.values++
    // Inputs other than features were recorded right by definition, unless they were damaged.
    if (!reading) return this.#expect('recorded', decision, input, new Set(isOwnCut ? [cut!.reason] : []))
    const judged = judgedBy(reading, wasRejected)
    const own = this.#ownReason(judged, isOwnCut)
    this.#expect('recorded', decision, input, new Set(own))
    // A number that was rounded differently may be one of more events.
    if (own.includes('numeric bound') && !judged.isApart) return
    const causes = judged.isApart ? [...own.filter(() => judged.isOff), ...(judged.isMoved ? judged.causes : [])] : []
    this.#expect('corrected', decision, input, new Set(causes))
  }

  #ownReason({ isOff }: Judged, isOwnCut: boolean): MismatchReason[] {
    const { changed, cut } = this.#planted
    if (isOwnCut) return [cut!.reason]
    // Nothing else changes a recorded value: `prove rebuild` shows it.
    return isOff ? [changed ? 'code version' : 'unexplained'] : []
  }

  #expect(basis: ComparisonBasis, decision: RecordedDecision, input: InputIR, expected: ReadonlySet<MismatchReason>): void {
    const name = nameOf(basis, decision, input.name)
    const found = this.#named(name, expected)
    if (expected.size === 0 && found.size === 0) return
    const counts = this.#counts
    counts.apart++
    if (expected.size > 1) counts.several++
    if (expected.size === 0) counts.flagged++
    if (found.size === 0) counts.missed++
    for (const reason of expected) {
      counts.faults++
      counts.faultsOf[reason]++
      if (!found.has(reason)) continue
      counts.right++
      counts.rightOf[reason]++
    }
    const wrong = [...found].filter(reason => !expected.has(reason))
    counts.wrong += wrong.length
    if (wrong.includes('unexplained')) counts.unexplained++
    if (wrong.length > 0 || [...expected].some(reason => !found.has(reason)))
      this.failures.push(
        `${name} is another for ${[...expected].join(', ') || 'nothing'}, and was said to be for ${[...found].join(', ') || 'nothing'}`,
      )
  }

  /** Sums of doubles may differ anywhere: a numeric bound is right also if nobody planted it. */
  #named(name: string, expected: ReadonlySet<MismatchReason>): ReadonlySet<MismatchReason> {
    const found = this.#found.get(name) ?? new Set<MismatchReason>()
    return expected.has('numeric bound') ? found : new Set([...found].filter(reason => reason !== 'numeric bound'))
  }
}
