/** The results of a run on a model store, as a data folder presents them to `reconcile`, with the planted faults of a case. */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import { rowText } from '../../src/intake/row-reader.ts'
import type { SettledDeadLetter } from '../../src/log/dead-letters.ts'
import type { StoredDecisionBatch } from '../../src/log/store.ts'
import type { ReconcileReader } from '../../src/reconcile/reconcile.ts'
import { Strings } from '../../src/columns/strings.ts'
import { ModelStore, type Disk } from '../crash/model-store.ts'
import { blockOf } from '../property/engines/block.ts'

export interface PlantedIn {
  /** Replaces decision batches. */
  readonly stretch?: (stretch: StoredDecisionBatch) => StoredDecisionBatch
  /** Dead letters that became events. */
  readonly accepted?: readonly SettledDeadLetter[]
}

export function folderOf(disk: Disk, { stretch = one => one, accepted = [] }: PlantedIn = {}): ReconcileReader {
  const store = new ModelStore(disk)
  const counts = new Map<string, number>()
  for (const { model, count } of store.decisions) counts.set(model, (counts.get(model) ?? 0) + count)
  return {
    deadLetters: { dead: () => store.dead, settled: () => accepted },
    segmentAt: sequence => store.segmentAt(sequence),
    lastSegment: () => store.lastSegment(),
    decisionsAt: entry => store.decisionsAt(entry),
    schemas: () => store.schemas(),
    get: name => store.get(name),
    named: prefix => store.named(prefix),
    models: () => [...counts].map(([model, decisions]) => ({ model, decisions })),
    *decisionsFrom(model: string, entry: number) {
      for (const one of store.decisions) if (one.model === model && one.first >= entry) yield stretch(one)
    },
  }
}

/** The dead letter of an event before it was repaired. */
export function letterOf(source: SourceIR, event: LoggedEvent, id: number): SettledDeadLetter {
  const strings = new Strings()
  const raw = rowText(source, blockOf(source, [event], strings), 0, () => strings)
  const rejected = { source: source.name, reason: 'schema', detail: 'planted', place: 'planted', at: 0, sequence: 0 } as const
  return { ...rejected, id, raw, attempts: 0, original: undefined, outcome: 'accepted', why: undefined, settled: event.arrival }
}
