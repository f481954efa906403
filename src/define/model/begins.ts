/** The label `begins`: does an episode start within a time after the decision? Low glucose, a machine that overheats, a queue that grows. */
import { show } from '../../base/show.ts'
import type { Duration } from '../../base/time.ts'
import type { Expression, RawColumn } from '../expression/expression.ts'
import { keyOf } from '../feature/group-key.ts'
import type { ColumnIR, TriggerIR } from '../ir/ir.ts'
import type { Columns } from '../expression/kinds.ts'
import { conditionOver, labelSource, LabelValue, type Condition, type Label, type Labelled } from './label.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import type { Row, Source, SourceValue } from '../source/source.ts'
import type { TriggerValue } from './trigger.ts'
import { spanOf } from '../expression/window.ts'

export interface BeginsOptions<C extends Columns> {
  /** How long after the decision an episode may start. */
  readonly within: Duration
  /** How long it must go on to be one; `'0s'` for a single event. */
  readonly lasting: Duration
  /** More than this between two events, and what was in between is not known. */
  readonly maxGap: Duration
  /** The column that holds what was decided about, where the source has several columns of that entity. */
  readonly key?: (row: Row<C>) => Expression<'row'> & RawColumn
}

/**
 * True if an episode, in which `condition` holds at every event, starts in (t, t + `within`] at the key of the decision: a bool. A decision at which it is
 * going on already is not eligible. docs/semantics.md says what it is at any time.
 */
export function begins<C extends Columns>(source: Source<C>, condition: Condition<NoInfer<C>>, options: BeginsOptions<NoInfer<C>>): Label {
  const given = labelSource('begins', source)
  const what = `begins(${given.name}, …)`
  const holds = conditionOver(`${what}: its condition`, given, condition)
  checkOptions(what, options, ['within', 'lasting', 'maxGap', 'key'])
  const spans = {
    within: spanOf(`${what}: within`, options.within),
    lasting: spanOf(`${what}: lasting`, options.lasting, { zero: true }),
    maxGap: spanOf(`${what}: maxGap`, options.maxGap),
  }
  const keyed: unknown = options.key
  if (keyed !== undefined && typeof keyed !== 'function')
    mistake(`${what}: key is a function of the row, r => r.patient, got ${show(keyed)}`)
  const label = new LabelValue(given, (of, place) => {
    const key = episodeKey(what, given, keyed, of, place)
    return { kind: 'begins', source: given.name, key, condition: holds.ir, ...spans }
  })
  return label as unknown as Label
}

/** The column of the source that is the key of the model's decisions: the one that holds their entity. */
function episodeKey(
  what: string,
  source: SourceValue,
  given: unknown,
  { model, decide, trigger }: Labelled,
  place: string | undefined,
): string {
  const { name, entity } = decidedAbout(decide, trigger)
  if (entity !== undefined) return keyOf(`${model}: ${what}`, source, [entity], given, place)[0]
  if (given === undefined && trigger.source === source) return source.ir.key
  return mistake(
    `${model}: ${what} is about what the model decides about, and '${name}' of ${trigger.name} identifies nothing; ` +
      `declare it as entity('${name}', …), in both`,
    place,
  )
}

function decidedAbout(decide: TriggerIR, { source, columns }: TriggerValue): ColumnIR {
  if (decide.kind === 'every') return decide.column
  const key = decide.kind === 'request' ? decide.key : source!.ir.key
  return columns.find(({ name }) => name === key)!
}
