/** Laws 5 and 2 over a surviving disk: its recorded decisions are those of its log, whoever replays it and however it is segmented. */
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import { computeHere } from '../batch/compute-here.ts'
import { logNameOf } from '../../src/run/recovery/open-pipeline.ts'
import { Champions } from '../../src/run/decide/champions.ts'
import { Decider } from '../../src/run/decide/decider.ts'
import { DecisionWriter } from '../../src/run/decide/decision-codec.ts'
import { Exploration } from '../../src/run/decide/exploration.ts'
import { recordedDecisions, type RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { Run } from '../../src/run/loop/run.ts'
import { Draw } from '../property/generate/draw.ts'
import { runnable } from './case.ts'
import { compareEffects } from './effect-laws.ts'
import { steadyText, unsteady } from './exact-inputs.ts'
import { decisionKey, decisionsOf, logOf } from './inspect.ts'
import { ModelStore, type Disk } from './model-store.ts'
import { recut } from './recut.ts'
import { resultsOf, withSwapped } from './run-laws.ts'
import { compareLists, fault, type Verdict } from './verdict.ts'

/** The decisions of the same definitions. */
export interface Part {
  readonly verdict: Verdict
  readonly ir: PipelineIR
  readonly disk: Disk
  /** No other definitions decided on this log. */
  readonly isAlone: boolean
  /** Batch runs were made beside it. */
  readonly hasRuns: boolean
  /** The decisions of these definitions, among decisions in order. */
  readonly own: <T extends { readonly entry: number; readonly model: string }>(decisions: readonly T[]) => T[]
}

/** Law 5: a new run over the surviving log makes the same decisions, one for each trigger, with the same effects. */
export async function checkDecisions(part: Part, partitions: number): Promise<void> {
  const { ir, disk, hasRuns } = part
  const commits = withSwapped(disk).commits.map(
    ({ decisions: _decisions, effects: _effects, effectChanges: _settled, put = [], ...commit }) => ({
      ...commit,
      put: put.filter(([name]) => name !== 'decided'),
    }),
  )
  const store = new ModelStore({ commits }, true)
  const ticked = Number(store.get('ticked') ?? 0)
  // At the last tick no tick is due.
  const run = new Run(runnable(ir), { store, clock: () => ticked, partitions, ...(hasRuns && { compute: computeHere(store) }) })
  await Promise.race([run.stop(), run.ended])
  compareDecisions(part, 'a decision', decisionsOf(store.disk))
  if (part.isAlone) compareEffects(part.verdict, ir, store.disk, disk)
}

/** Law 2: the log in segments of other lengths gives the same decisions. */
export function checkCut(part: Part, seed: number): void {
  const { ir, disk } = part
  const { segments, strings } = logOf(ir, disk)
  const runs = part.hasRuns ? { batchResults: resultsOf(ir, disk, strings) } : {}
  const champions = new Champions({ ir, store: new ModelStore(disk), onReport: () => {} })
  const decider = new Decider(runnable(ir), strings, { ...runs, champions })
  const writer = new DecisionWriter(ir.name, strings, new Exploration(ir, logNameOf(new ModelStore(disk))))
  const decisions: RecordedDecision[] = []
  // One decision batch at a time: the next overwrites its columns.
  for (const segment of recut(segments, new Draw(seed)))
    for (const stretch of decider.decide(segment)) decisions.push(...recordedDecisions(writer.write(stretch, () => strings).bytes))
  compareDecisions(part, 'a decision over another cut', decisions)
}

/** In the order of the log: models that decide in one segment have no order among them. */
function compareDecisions({ verdict, ir, disk, own }: Part, subject: string, replayed: readonly RecordedDecision[]): void {
  const loose = new Map(ir.models.map(({ name }) => [name, unsteady(ir, name)]))
  const texts = (decisions: readonly RecordedDecision[]): string[] =>
    own(decisions)
      .toSorted((a, b) => a.entry - b.entry || (a.model < b.model ? -1 : Number(a.model > b.model)))
      .map(decision => steadyText(decision, loose.get(decision.model)!))
  compareLists(verdict, subject, texts(replayed), texts(decisionsOf(disk)))
}

/** Decisions and effects that were published before a crash are recorded after it. */
export function checkPublishedDecisions(verdict: Verdict, published: ReadonlyMap<string, string>, disk: Disk): void {
  const recorded = new Map(decisionsOf(disk).map(decision => [decisionKey(decision), JSON.stringify(decision)]))
  for (const [key, text] of published) {
    const decision = recorded.get(key)
    if (decision === undefined) fault(verdict, 'lost', `a decision that was told: ${text}`)
    else if (decision !== text) fault(verdict, 'different', `a decision that was told as ${text} is recorded as ${decision}`)
  }
}
