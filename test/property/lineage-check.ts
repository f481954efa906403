/** Changes one column of a random history at a time, and compares all that depends on it by the lineage with all that changes. */
import assert from 'node:assert/strict'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ColumnIR, PipelineIR, SourceIR } from '../../src/define/ir/ir.ts'
import { lineageOf } from '../../src/operate/index.ts'
import { groupOf, type Case } from './case.ts'
import { kernelEngine } from './engines/kernel.ts'
import { isReplayed } from './engines/replay-order.ts'
import { Draw } from './generate/draw.ts'
import { generate } from './generate/generate.ts'
import { dependenciesOf, type DependencyKind, Tally } from './lineage-tally.ts'
import { lineageCase, observe } from './lineage-case.ts'
import { perturbColumn } from './perturb.ts'

/** Texts of the observed nodes, by node. */
type Observe = (log: readonly LoggedEvent[]) => Promise<Map<string, string>>

/** The claims of the lineages of many cases, about nodes that some data changed. */
export interface LineageSummary {
  /** Comparisons of a node before and after a change. */
  compared: number
  /** Claims about nodes that no history changed, such as features of windows without events: nothing could confirm them. */
  constant: number
  readonly byKind: Map<DependencyKind, { confirmed: number; claimed: number }>
  /** Unconfirmed claims: no event ever had another part in the feature, since an expression overflows, or its other side decides. */
  readonly unmoved: string[]
  /** Other unconfirmed claims: events had another part, and the aggregate did not show it (a minimum, a quantile, a window without them). */
  readonly masked: string[]
}

/** Features of the kernel, over so many random cases. */
export async function checkFeatures(cases: number, rounds: number): Promise<LineageSummary> {
  const summary = emptySummary()
  for (let seed = 1; seed <= cases; seed++) {
    const drawn = generate(940_000 + seed)
    const tally = await tallyOf(seed, rounds, drawn, log => observeFeatures({ ...drawn, log }))
    addClaims(summary, seed, tally)
  }
  return summary
}

/** Decisions, labels and reports of replays, over so many random cases. */
export async function checkPipelines(cases: number, rounds: number): Promise<LineageSummary> {
  const summary = emptySummary()
  for (let seed = 1; seed <= cases; seed++) {
    const drawn = lineageCase(seed)
    if (!drawn || !isReplayed(drawn.log)) continue
    const tally = await tallyOf(seed, rounds, drawn, log => Promise.resolve(observe(drawn, log)))
    addClaims(summary, seed, tally)
  }
  return summary
}

export const emptySummary = (): LineageSummary => ({ compared: 0, constant: 0, byKind: new Map(), unmoved: [], masked: [] })

/** The confirmed share of the claims of kinds that begin so. */
export function confirmedShare({ byKind }: LineageSummary, prefix = ''): number {
  const counts = [...byKind].filter(([kind]) => kind.startsWith(prefix)).map(([, count]) => count)
  const sum = (of: 'confirmed' | 'claimed'): number => counts.reduce((total, count) => total + count[of], 0)
  return sum('confirmed') / sum('claimed')
}

/** A line of figures, and the unconfirmed kinds. */
export const summaryText = ({ compared, constant, byKind, unmoved, masked }: LineageSummary): string =>
  [
    `${compared} comparisons; ${constant} claims about what no data changed, ${unmoved.length} unmoved, ${masked.length} masked`,
    ...[...byKind].map(([kind, { confirmed, claimed }]) => `${kind}: ${confirmed} of ${claimed}`),
  ].join('\n')

async function observeFeatures(of: Case): Promise<Map<string, string>> {
  const answers = await kernelEngine().values(of)
  const texts = new Map<string, string>()
  of.asks.forEach((ask, i) =>
    groupOf(of, ask.group).features.forEach(({ name }, f) => {
      const node = `feature ${ask.group}.${name}`
      const { exact, ...answer } = answers[i][f]
      texts.set(node, `${texts.get(node) ?? ''} ${JSON.stringify(answer)} ${exact}`)
    }),
  )
  return texts
}

/** Changes each column in the drawn history, and those with unconfirmed claims in variants of it. A change outside of the lineage fails. */
async function tallyOf(seed: number, rounds: number, { ir, log }: Pick<Case, 'ir' | 'log'>, observeLog: Observe): Promise<Tally> {
  const draw = new Draw(seed + 4_000_000)
  const tally = new Tally(dependenciesOf(lineageOf(ir)))
  for (let round = 0; round < rounds; round++) {
    const history = variantOf(draw, round, ir, log)
    const base = await observeLog(history)
    for (const { source, column } of columnsOf(ir)) {
      const name = `column ${source.name}.${column.name}`
      if (round > 0 && !tally.isOpen(name)) continue
      const changed = perturbColumn(draw, history, source, column)
      tally.compare(name, base, await observeLog(changed))
      tally.addMoves(name, ir, history, changed)
    }
  }
  assert.deepEqual(tally.violations, [], `seed ${seed}`)
  return tally
}

const columnsOf = (ir: PipelineIR): { readonly source: SourceIR; readonly column: ColumnIR }[] =>
  ir.sources.flatMap(source => source.columns.map(column => ({ source, column })))

/** The first variant of a history is the drawn one; later ones have other values in most columns. */
function variantOf(draw: Draw, round: number, ir: PipelineIR, log: readonly LoggedEvent[]): readonly LoggedEvent[] {
  if (round === 0) return log
  const others = columnsOf(ir).filter(({ source, column }) => column.name !== source.time && draw.chance(0.6))
  return others.reduce((history, { source, column }) => perturbColumn(draw, history, source, column), log)
}

function addClaims(summary: LineageSummary, seed: number, tally: Tally): void {
  summary.compared += tally.compared
  for (const { kind, node, column, isConfirmed } of tally.claims) {
    if (!isConfirmed && tally.isConstant(node)) {
      summary.constant++
      continue
    }
    const count = summary.byKind.get(kind) ?? { confirmed: 0, claimed: 0 }
    summary.byKind.set(kind, count)
    count.claimed++
    count.confirmed += Number(isConfirmed)
    if (!isConfirmed) summary[tally.hasMoved(column, node) ? 'masked' : 'unmoved'].push(`seed ${seed}: ${column} > ${node} (${kind})`)
  }
}
