/**
 * Expected findings for each value, by the oracle over the raw events: does it differ from the recorded one, over the events visible to the
 * decision and over all events, and which kinds of events cause the difference.
 *
 * The rule is that of `reasons` in src/reconcile/reconcile-report.ts, computed by leaving events out of the log and calling the oracle again.
 */
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { FeatureIR, GroupIR, ModelIR, PipelineIR, SourceIR, Value } from '../../src/define/ir/ir.ts'
import type { MismatchReason } from '../../src/reconcile/reconcile-report.ts'
import type { RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { recordedReads } from '../../src/sql/recorded-decisions.ts'
import { ofKey, standing, valueOf } from '../oracle/oracle.ts'
import { agree } from '../property/compare.ts'
import type { Answer } from '../property/case.ts'
import { eventsOf, type Material } from '../rebuild/case.ts'
import { triggerOf } from '../rebuild/rebuild.ts'

export interface Judged {
  /** Does the recorded value differ from that of the decision's visible events? */
  readonly isOff: boolean
  /** From that of all events? */
  readonly isApart: boolean
  /** Do all events give another value than the visible ones? */
  readonly isMoved: boolean
  /** Kinds of events that cause this difference. */
  readonly causes: ReadonlySet<MismatchReason>
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

/** The read behind one cell; `undefined` for an input other than a feature. */
export function lookedAt(
  { ir, entries }: Pick<Material, 'ir' | 'entries'>,
  model: ModelIR,
  decision: RecordedDecision,
  { name, expr }: ModelIR['inputs'][number],
): Looked | undefined {
  if (expr.op !== 'feature') return undefined
  const { id, group, key } = recordedReads(ir, model).find(read => read.group.name === expr.group && read.key.join() === expr.key.join())!
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
    known: decision.read[id].visibleEvents,
    within: eventsOf(source, entries.slice(0, decision.entry)).length + (isOwn ? 1 : 0),
    clock: decision.read[id].asOf ?? -Infinity,
    trigger: 'event' in at ? at.event : undefined,
    recorded: name.split('.').reduce<unknown>((of, part) => (of as Record<string, unknown>)[part], decision.vector) as Answer['value'],
  }
}

/** Doubles within their tolerance count as equal. */
const differ = (a: Answer, b: Answer): boolean => !agree(a, b)

/** `wasRejected`: the events that were dead letters first. */
export function judgedBy(reading: Looked, wasRejected: ReadonlySet<LoggedEvent>): Judged {
  const { events, known, recorded } = reading
  const then = valueFrom(reading, events.slice(0, known))
  const today = valueFrom(reading, events)
  return {
    isOff: differ(then, { value: recorded }),
    isApart: differ(today, { value: recorded }),
    isMoved: differ(today, then),
    causes: differ(today, then) ? causesOf(reading, kindsOf(reading, wasRejected), then, today) : new Set(),
  }
}

/** The kind of each event relative to the decision; `undefined` for visible ones. */
function kindsOf({ source, events, known, within }: Looked, wasRejected: ReadonlySet<LoggedEvent>): (MismatchReason | undefined)[] {
  const identityOf = (event: LoggedEvent): string | undefined => {
    const fields = source.identity?.map(name => event.row[name] ?? null)
    return fields === undefined || fields.includes(null) ? undefined : JSON.stringify([event.row[source.key], ...fields])
  }
  const knownOnes = new Set(events.slice(0, known).map(identityOf))
  const contents = new Set<string>()
  return events.map((event, i) => {
    const content = JSON.stringify(event.row)
    const isRepeated = contents.has(content)
    contents.add(content)
    const identity = identityOf(event)
    if (i < known) return undefined
    if (i < within) return 'stale batch'
    if (identity !== undefined && knownOnes.has(identity)) return 'revision'
    if (wasRejected.has(event)) return 'dead letter'
    return isRepeated ? 'duplicate' : 'late'
  })
}

/**
 * The kinds without whose events today's value would differ; if there are none, those that alone would change the value of the visible
 * events; if there are none, those that do so together: then all kinds present.
 */
function causesOf(reading: Looked, kinds: readonly (MismatchReason | undefined)[], then: Answer, today: Answer): Set<MismatchReason> {
  const all = [...new Set(kinds.filter(kind => kind !== undefined))]
  const over = (counts: (kind: MismatchReason | undefined) => boolean): Answer =>
    valueFrom(
      reading,
      reading.events.filter((_, i) => counts(kinds[i])),
    )
  const neededKinds = all.filter(kind =>
    differ(
      today,
      over(one => one !== kind),
    ),
  )
  if (neededKinds.length > 0) return new Set(neededKinds)
  const enough = all.filter(kind =>
    differ(
      over(one => one === undefined || one === kind),
      then,
    ),
  )
  return new Set(enough.length > 0 ? enough : all)
}

function valueFrom({ source, group, feature, key, clock, trigger }: Looked, events: readonly LoggedEvent[]): Answer {
  const { delivered, tolerance, rejected } = valueOf(source, feature, ofKey(group, standing(source, events), key), clock, trigger)
  return { value: rejected ? null : delivered, tolerance }
}

const sourceOf = ({ sources }: PipelineIR, { source }: GroupIR): SourceIR => sources.find(({ name }) => name === source)!
