/**
 * What must be found of each value, by the oracle over the raw events: is it another when everything is known, and which events made it so.
 *
 * A reason is right if the value would be another without the events that it names.
 */
import type { LoggedEvent } from '../../src/define/event.ts'
import type { FeatureIR, GroupIR, ModelIR, PipelineIR, SourceIR, Value } from '../../src/define/ir.ts'
import type { Reason } from '../../src/reconcile/report.ts'
import type { RecordedDecision } from '../../src/run/recorded.ts'
import { madeReads } from '../../src/sql/made.ts'
import { ofKey, standing, valueOf } from '../oracle/oracle.ts'
import { agree } from '../property/compare.ts'
import type { Answer } from '../property/case.ts'
import { eventsOf, type Material } from '../rebuild/case.ts'
import { triggerOf } from '../rebuild/rebuild.ts'

export interface Judged {
  readonly isApart: boolean
  /** Reasons that have events of their own, and make a difference. */
  readonly causes: ReadonlySet<Reason>
}

export interface Looked {
  readonly source: SourceIR
  readonly group: GroupIR
  readonly feature: FeatureIR
  readonly key: readonly Value[]
  /** Of the source, in order. */
  readonly events: readonly LoggedEvent[]
  readonly known: number
  readonly within: number
  readonly clock: number
  readonly trigger: LoggedEvent | undefined
  readonly recorded: Answer['value']
}

/** What is asked of one cell; `undefined` for an input that is no feature. */
export function lookedAt(
  { ir, entries }: Material,
  model: ModelIR,
  decision: RecordedDecision,
  { name, expr }: ModelIR['inputs'][number],
): Looked | undefined {
  if (expr.op !== 'feature') return undefined
  const { id, group, key } = madeReads(ir, model).find(read => read.group.name === expr.group && read.key.join() === expr.key.join())!
  const source = sourceOf(ir, group)
  const at = entries[decision.entry]
  const row = triggerOf(model, at, decision.key)
  const isOwn = 'event' in at && at.event.source === source.name
  return {
    source,
    group,
    feature: group.features.find(feature => feature.name === expr.name)!,
    key: key.map(column => row[column] ?? null),
    events: eventsOf(source, entries),
    known: decision.read[id].known,
    within: eventsOf(source, entries.slice(0, decision.entry)).length + (isOwn ? 1 : 0),
    clock: decision.read[id].clock ?? -Infinity,
    trigger: 'event' in at ? at.event : undefined,
    recorded: name.split('.').reduce<unknown>((of, part) => (of as Record<string, unknown>)[part], decision.vector) as Answer['value'],
  }
}

/** `wasRefused`: the events that were dead letters first. */
export function judgedBy(looked: Looked, wasRefused: ReadonlySet<LoggedEvent>): Judged {
  const { source, events, known, within, recorded } = looked
  const all = valueFrom(looked, events)
  if (agree(all, { value: recorded })) return { isApart: false, causes: new Set() }
  const identityOf = (event: LoggedEvent): string | undefined => {
    const fields = source.identity?.map(name => event.row[name] ?? null)
    return fields === undefined || fields.includes(null) ? undefined : JSON.stringify([event.row[source.key], ...fields])
  }
  const before = new Set(events.slice(0, known).map(identityOf))
  const kinds = events.map((event, i): Reason | undefined => {
    const identity = identityOf(event)
    const isRevision = identity !== undefined && before.has(identity)
    if (i < known) return undefined
    if (i < within) return 'stale batch'
    return isRevision ? 'revision' : wasRefused.has(event) ? 'dead letter' : 'late'
  })
  const causes = [...new Set(kinds.filter(kind => kind !== undefined))].filter(kind => {
    const without = events.filter((_, i) => kinds[i] !== kind)
    return !agree(all, valueFrom(looked, without))
  })
  return { isApart: true, causes: new Set(causes) }
}

function valueFrom({ source, group, feature, key, clock, trigger }: Looked, events: readonly LoggedEvent[]): Answer {
  const { delivered, tolerance, refused } = valueOf(source, feature, ofKey(group, standing(source, events), key), clock, trigger)
  return { value: refused ? null : delivered, tolerance }
}

const sourceOf = ({ sources }: PipelineIR, { source }: GroupIR): SourceIR => sources.find(({ name }) => name === source)!
