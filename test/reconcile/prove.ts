/**
 * `prove reconcile`: what `reconcile` says of the values of random runs is right. Of every value it is known, by the oracle, whether it is another today and which
 * events made it so; dead letters, changed definitions and damaged values are planted.
 *
 * Each case plants one thing at most, so that every other row is clean of it.
 */
import { SpillwayError } from '../../src/base/errors.ts'
import type { LoggedEvent } from '../../src/define/event.ts'
import type { InputIR, ModelIR, PipelineIR } from '../../src/define/ir.ts'
import type { Basis, Example, Reason } from '../../src/reconcile/report.ts'
import { reconcile, type Reconcilable } from '../../src/reconcile/reconcile.ts'
import type { StoredDecisions } from '../../src/log/store.ts'
import type { RecordedDecision } from '../../src/run/recorded.ts'
import { Draw } from '../property/generate/draw.ts'
import { eventsOf, rebuildCase, run, type Material } from '../rebuild/case.ts'
import { judgedBy, lookedAt } from './causes.ts'
import { folderOf, letterOf } from './folder.ts'
import { changedFeature, type ChangedFeature } from './changed.ts'
import { tampered, type Cut } from './tampered.ts'

export interface ReconcileResult {
  readonly cases: number
  /** Cells of vectors that were held against the oracle. */
  readonly values: number
  /** Those that are another today, or damaged, by the reason that was found for them. */
  readonly reasons: Readonly<Partial<Record<Reason, number>>>
  readonly apart: number
  readonly right: number
  /** Values that are as they were and were said to be another. */
  readonly flagged: number
  /** Values that are another and were not said to be. */
  readonly missed: number
  /** Values that were called unexplained and are not the planted ones. */
  readonly unexplained: number
  /** Damaged values that were planted. */
  readonly damaged: number
  readonly seed: number
  readonly failures: readonly string[]
}

const FAILURES_KEPT = 8
const PROGRESS_EVERY = 50
const RIGHT_LEAST = 0.95

type Counts = { -readonly [K in 'values' | 'apart' | 'right' | 'flagged' | 'missed' | 'unexplained' | 'damaged']: number }

interface Plant {
  readonly ir: PipelineIR
  readonly fingerprint: string
  readonly folder: Reconcilable
  readonly wasRefused: ReadonlySet<LoggedEvent>
  readonly changed?: ChangedFeature
  /** The damaged cell. */
  readonly cut?: Cut & Pick<RecordedDecision, 'model' | 'key'>
}

export async function prove({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<ReconcileResult> {
  const counts: Counts = { values: 0, apart: 0, right: 0, flagged: 0, missed: 0, unexplained: 0, damaged: 0 }
  const reasons: Partial<Record<Reason, number>> = {}
  const failures: string[] = []
  for (let done = 1; done <= cases; done++) {
    const own = (seed + done - 1) >>> 0
    const found = await one(own, counts, reasons)
    failures.push(...found.slice(0, FAILURES_KEPT - failures.length))
    if (done % PROGRESS_EVERY === 0) console.error(`reconcile: ${done} of ${cases} cases, ${counts.apart} apart, ${counts.right} right`)
  }
  return { cases, ...counts, reasons, seed, failures }
}

export function holds({ apart, right, flagged, missed, unexplained, damaged, reasons, cases }: ReconcileResult): boolean {
  const covers = (['late', 'revision', 'stale batch', 'dead letter', 'code version', 'unexplained'] as const).every(
    of => (reasons[of] ?? 0) > 0,
  )
  const isRight = right >= RIGHT_LEAST * apart && flagged + missed + unexplained === 0
  return apart > 0 && isRight && (cases < 100 || (covers && damaged > 0))
}

async function one(seed: number, counts: Counts, reasons: Partial<Record<Reason, number>>): Promise<string[]> {
  const material = await run(rebuildCase(seed))
  const draw = new Draw(seed ^ 0xbeef)
  const plant = planted(material, draw)
  const found = new Map<string, Example>()
  try {
    await reconcile(plant, plant.folder, {
      atOnce: draw.pick([1, 7, 1000]),
      onApart: example => found.set(nameOf(example.basis, example, example.input), example),
    })
  } catch (error) {
    // A sum of products beyond DuckDB's 128 bits.
    if (error instanceof SpillwayError && error.code === 'SPILL_RANGE') return []
    throw error
  }
  for (const { reason } of found.values()) reasons[reason] = (reasons[reason] ?? 0) + 1
  const judge = new Judge(material, plant, found, counts)
  for (const decision of material.recorded) {
    const model = material.ir.models.find(({ name }) => name === decision.model)!
    for (const input of model.inputs) judge.cell(model, decision, input)
  }
  return judge.failures.map(text => `seed ${seed}: ${text}`)
}

function planted(material: Material, draw: Draw): Plant {
  const { ir, disk, recorded } = material
  const clean = { ir, fingerprint: ir.name, wasRefused: new Set<LoggedEvent>() }
  const kind = draw.pick(['nothing', 'letters', 'code', 'damage'] as const)
  if (kind === 'letters') {
    const events = ir.sources.flatMap(source => eventsOf(source, material.entries).map(event => ({ source, event })))
    const chosen = events.filter(() => draw.chance(0.5))
    const accepted = chosen.map(({ source, event }, i) => letterOf(source, event, i + 1))
    return { ...clean, folder: folderOf(disk, { accepted }), wasRefused: new Set(chosen.map(({ event }) => event)) }
  }
  if (kind === 'code') {
    const changed = changedFeature(ir, draw)
    if (changed) return { ...clean, ir: changed.ir, fingerprint: 'changed', folder: folderOf(disk), changed }
  }
  if (kind === 'damage' && recorded.length > 0) {
    const { model, entry } = draw.pick(recorded)
    const input = draw.pick(ir.models.find(({ name }) => name === model)!.inputs).name
    // Of a tick the first key is damaged.
    const { key } = recorded.find(decision => decision.model === model && decision.entry === entry)!
    const holds = (of: StoredDecisions) => of.model === model && of.first <= entry && entry <= of.last
    const chosen = disk.commits.flatMap(({ decisions = [] }) => decisions).find(holds)!
    const other = tampered(ir, chosen, { entry, input })
    if (other !== chosen)
      return { ...clean, folder: folderOf(disk, { stretch: of => (of === chosen ? other : of) }), cut: { model, entry, input, key } }
  }
  return { ...clean, folder: folderOf(disk) }
}

const nameOf = (basis: Basis, { model, entry, key }: Pick<RecordedDecision, 'model' | 'entry' | 'key'>, input: string): string =>
  JSON.stringify([basis, model, entry, key, input])

class Judge {
  readonly failures: string[] = []
  readonly #material: Material
  readonly #plant: Plant
  readonly #found: ReadonlyMap<string, Example>
  readonly #counts: Counts

  constructor(material: Material, plant: Plant, found: ReadonlyMap<string, Example>, counts: Counts) {
    this.#material = material
    this.#plant = plant
    this.#found = found
    this.#counts = counts
  }

  cell(model: ModelIR, decision: RecordedDecision, input: InputIR): void {
    const recorded = this.#found.get(nameOf('recorded', decision, input.name))
    const corrected = this.#found.get(nameOf('corrected', decision, input.name))
    const { changed, cut, wasRefused } = this.#plant
    this.#counts.values++
    if (cut && cut.model === model.name && cut.entry === decision.entry && cut.input === input.name && cut.key === decision.key) {
      this.#counts.damaged++
      return this.#expect(recorded, 'unexplained', 'a damaged value')
    }
    const looked = lookedAt(this.#material, model, decision, input)
    if (changed && input.expr.op === 'feature' && changed.group === input.expr.group && changed.feature === input.expr.name) {
      if (recorded) this.#expect(recorded, 'code version', 'a value of other definitions')
      return
    }
    if (recorded) return this.#wrong('flagged', `${nameOf('recorded', decision, input.name)}: ${JSON.stringify(recorded)}`)
    if (!looked) return
    const { isApart, causes } = judgedBy(looked, wasRefused)
    if (!isApart && corrected) return this.#wrong('flagged', JSON.stringify(corrected))
    if (isApart && !corrected) return this.#wrong('missed', nameOf('corrected', decision, input.name))
    if (!corrected) return
    this.#counts.apart++
    if (corrected.reason === 'unexplained') return this.#wrong('unexplained', JSON.stringify(corrected))
    // Where no kind of events makes the difference alone, several do together.
    if (causes.has(corrected.reason) || causes.size === 0) this.#counts.right++
    else this.failures.push(`${JSON.stringify(corrected)} is rather ${[...causes].join(', ')}`)
  }

  #expect(found: Example | undefined, reason: Reason, what: string): void {
    this.#counts.apart++
    if (!found) this.#wrong('missed', what)
    else if (found.reason === reason) this.#counts.right++
    else this.failures.push(`${what} is called ${found.reason}`)
  }

  #wrong(kind: 'flagged' | 'missed' | 'unexplained', what: string): void {
    this.#counts[kind]++
    this.failures.push(`${kind}: ${what}`)
  }
}
