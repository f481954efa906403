/** Laws 5 and 2 over a disk that survived: its recorded decisions are those that its log makes, whoever takes it and however it is cut. */
import { decisions as oracleDecisions } from '../oracle/oracle.ts'
import type { PipelineIR, Value } from '../../src/define/ir.ts'
import type { LoggedEvent } from '../../src/define/event.ts'
import { Decider } from '../../src/run/decider.ts'
import { DecisionWriter } from '../../src/run/decision-codec.ts'
import { recordedDecisions, type RecordedDecision } from '../../src/run/recorded.ts'
import { Run } from '../../src/run/run.ts'
import { Draw } from '../property/generate/draw.ts'
import { runnable } from './case.ts'
import { isExact, steadyText, unsteady } from './exact.ts'
import { decisionKey, decisionsOf, logOf, type Entry } from './inspect.ts'
import { ModelStore, type Disk } from './model-store.ts'
import { recut } from './recut.ts'
import { compareLists, fault, type Verdict } from './verdict.ts'

/** Law 5: a new run over the surviving log makes the same decisions, one a trigger. */
export async function checkDecisions(verdict: Verdict, ir: PipelineIR, disk: Disk, partitions: number): Promise<void> {
  const commits = disk.commits.map(({ decisions: _decisions, put = [], ...commit }) => ({
    ...commit,
    put: put.filter(([name]) => name !== 'decided'),
  }))
  const store = new ModelStore({ commits }, true)
  const ticked = Number(store.get('ticked') ?? 0)
  // At the last tick no tick is due.
  const run = new Run(runnable(ir), { store, clock: () => ticked, partitions })
  await Promise.race([run.stop(), run.ended])
  compareDecisions(verdict, ir, 'a decision', decisionsOf(store.disk), decisionsOf(disk))
}

/** Law 2: the log in segments of other lengths gives the same decisions. */
export function checkCut(verdict: Verdict, ir: PipelineIR, disk: Disk, seed: number): void {
  const { segments, strings } = logOf(ir, disk)
  const decider = new Decider(runnable(ir), strings)
  const writer = new DecisionWriter(ir.name, strings)
  const made: RecordedDecision[] = []
  // One stretch at a time: the next writes over its columns.
  for (const segment of recut(segments, new Draw(seed)))
    for (const stretch of decider.take(segment)) made.push(...recordedDecisions(writer.write(stretch, () => strings).bytes))
  compareDecisions(verdict, ir, 'a decision over another cut', made, decisionsOf(disk))
}

/** In the order of the log: models that decide in one segment have no order among them. */
function compareDecisions(
  verdict: Verdict,
  ir: PipelineIR,
  what: string,
  expected: readonly RecordedDecision[],
  found: readonly RecordedDecision[],
): void {
  const loose = new Map(ir.models.map(({ name }) => [name, unsteady(ir, name)]))
  const texts = (decisions: readonly RecordedDecision[]): string[] =>
    decisions
      .toSorted((a, b) => a.entry - b.entry || (a.model < b.model ? -1 : Number(a.model > b.model)))
      .map(decision => steadyText(decision, loose.get(decision.model)!))
  compareLists(verdict, what, texts(expected), texts(found))
}

/** What was told before a crash is what is recorded after it. */
export function checkTold(verdict: Verdict, told: ReadonlyMap<string, string>, disk: Disk): void {
  const recorded = new Map(decisionsOf(disk).map(decision => [decisionKey(decision), JSON.stringify(decision)]))
  for (const [key, text] of told) {
    const found = recorded.get(key)
    if (found === undefined) fault(verdict, 'lost', `a decision that was told: ${text}`)
    else if (found !== text) fault(verdict, 'different', `a decision that was told as ${text} is recorded as ${found}`)
  }
}

const ORACLE_EVENTS_MAX = 60

const inputsOf = (ir: PipelineIR, name: string): number => ir.models.find(model => model.name === name)!.inputs.length

/** The naive reference decides the same, where it is cheap and its values are exact. */
export function checkOracle(verdict: Verdict, ir: PipelineIR, disk: Disk, entries: readonly Entry[]): boolean {
  const places = [...entries.keys()].filter(i => 'event' in entries[i])
  const log = places.map(i => (entries[i] as { event: LoggedEvent }).event)
  if (log.length === 0 || log.length > ORACLE_EVENTS_MAX) return false
  const ticks = entries.flatMap((entry, i) => ('mark' in entry ? [[entry.mark.t, i] as const] : []))
  const entryAt = new Map(ticks)
  const expected = attempt(() => oracleDecisions(ir, log, { until: ticks.at(-1)?.[0] ?? -Infinity }))
  if (!expected) return false
  const exact = new Map(ir.models.map(model => [model.name, model.inputs.filter(input => isExact(ir, input)).map(({ name }) => name)]))
  // Doubles that overflow on the way are refused by one and may be a number for another (semantics §6).
  const overflowing = new Set(
    decisionsOf(disk)
      .filter(({ model, refused }) => refused !== undefined && exact.get(model)!.length < inputsOf(ir, model))
      .map(({ model, entry, key, position }) => JSON.stringify([model, entry, position ? null : key])),
  )
  const texts = expected.flatMap(decision => {
    const entry = 'event' in decision ? places[decision.event] : entryAt.get(decision.t)
    if (entry === undefined) return []
    const about = 'key' in decision ? deliveredKey(ir, decision.model, decision.key) : null
    if (overflowing.has(JSON.stringify([decision.model, entry, about]))) return []
    return [
      JSON.stringify([
        decision.model,
        entry,
        about,
        decision.t,
        decision.score,
        exact.get(decision.model)!.map(name => decision.vector[name]),
      ]),
    ]
  })
  const found = decisionsOf(disk)
    .filter(({ model, entry, key, position }) => !overflowing.has(JSON.stringify([model, entry, position ? null : key])))
    .map(({ model, entry, key, t, score, vector, position }) =>
      JSON.stringify([model, entry, position ? null : key, t, score, exact.get(model)!.map(name => at(vector, name))]),
    )
  compareLists(verdict, "the oracle's decision", texts.toSorted(), found.toSorted())
  return true
}

/** The key of a tick as it is recorded. */
function deliveredKey({ models }: PipelineIR, name: string, key: Value): Value {
  const { decide } = models.find(model => model.name === name)!
  const { type, scale = 0 } = decide.kind === 'every' ? decide.column : { type: 'int' as const }
  return type === 'string' ? key : Number(key) / 10 ** (type === 'decimal' ? scale : 0)
}

/** The oracle throws for a feature that is refused. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

const at = (vector: unknown, name: string): unknown =>
  name.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], vector)
