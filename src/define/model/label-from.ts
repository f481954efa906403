/** The label `labelFrom`: a later event that names the one which was decided on says what came of it. A chargeback, an arrival, a diagnosis. */
import { didYouMean } from '../../base/did-you-mean.ts'
import { show, withArticle } from '../../base/show.ts'
import type { Duration } from '../../base/time.ts'
import { typeText } from '../expression/arithmetic.ts'
import type { ColumnIR } from '../ir/ir.ts'
import type { Columns, KindOf } from '../expression/kinds.ts'
import { conditionOver, labelSource, LabelValue, type Condition, type Label, type Labelled } from './label.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import type { Source } from '../source/source.ts'
import type { ByEvent } from './trigger.ts'
import { spanOf } from '../expression/window.ts'

/** Names of the columns that can hold an id. */
type IdNames<C extends Columns> = { [N in keyof C & string]: KindOf<C[N]> extends 'bool' ? never : N }[keyof C & string]

export interface LabelFromOptions<C extends Columns, Join = IdNames<C>> {
  /** The column that holds the id of the event that was decided on. Its type is that of the id. */
  readonly join: Join & IdNames<C>
  /** What came of it: `c => c.fraud`. */
  readonly value: Condition<C>
  /** So long after the decision it is false, if nothing came; what comes later changes nothing, and is counted. */
  readonly negativeAfter: Duration
  /**
   * Actions of the model that answer, by name: what came of a decision that one of them followed from is not known. A declined payment is never charged back.
   */
  readonly censoredBy?: string | readonly string[]
}

/**
 * True or false as the first event of `source` says whose `join` is the id of the triggering event: a bool. For models that decide `on` a source with
 * an id. docs/semantics.md says what it is at any time.
 */
export function labelFrom<C extends Columns, Join extends string>(
  source: Source<C>,
  options: LabelFromOptions<NoInfer<C>, Join>,
): Label<ByEvent<KindOf<C[Join]>>> {
  const given = labelSource('labelFrom', source)
  const what = `labelFrom(${given.name})`
  checkOptions(what, options, ['join', 'value', 'negativeAfter', 'censoredBy'])
  const joined = joinOf(what, given.ir.columns, options.join)
  const value = conditionOver(`${what}: value`, given, options.value)
  const negativeAfter = spanOf(`${what}: negativeAfter`, options.negativeAfter)
  const censoredBy = censoringOf(what, options.censoredBy)
  const label = new LabelValue(given, (of, place) => {
    checkJoin(what, joined, of, place)
    return { kind: 'from', source: given.name, join: joined.name, value: value.ir, negativeAfter, ...(censoredBy && { censoredBy }) }
  })
  return label as unknown as Label<ByEvent<KindOf<C[Join]>>>
}

/** Whether there are such actions is known once there is a pipeline. */
function censoringOf(what: string, given: unknown): readonly string[] | undefined {
  if (given === undefined) return undefined
  const names: unknown[] = Array.isArray(given) ? given : [given]
  if (names.length === 0) mistake(`${what}: censoredBy names no action; leave it out`)
  const stray = names.find(name => typeof name !== 'string')
  if (stray !== undefined) mistake(`${what}: censoredBy is the name of an action, or a list of names, got ${show(stray)}`)
  return [...new Set(names as string[])]
}

function joinOf(what: string, columns: readonly ColumnIR[], join: unknown): ColumnIR {
  const names = columns.map(({ name }) => name)
  if (join === undefined) mistake(`${what} needs join: the column that holds the id of the event that was decided on`)
  const column = columns.find(({ name }) => name === join) ?? mistake(`${what}: join ${show(join)} is no column${didYouMean(join, names)}`)
  if (column.type === 'double' || column.type === 'bool')
    mistake(`${what}: join '${column.name}' is ${withArticle(column.type)}; an id is a string or an exact number`)
  return column
}

/** The column must hold what the id of the triggering event is. */
function checkJoin(what: string, joined: ColumnIR, { model, trigger }: Labelled, place: string | undefined): void {
  const { source, name: deciding } = trigger
  if (!source)
    mistake(
      `${model}: ${what} is of events with ids, and the model decides by ${deciding}; decide: on(source), or label it by begins(…)`,
      place,
    )
  const id = source.ir.columns.find(({ name }) => name === source.ir.id)
  if (!id)
    mistake(`${model}: ${what} is of events with ids, and ${deciding} has none; say which of its columns is one: id: 'COLUMN'`, place)
  const [got, wanted] = [typeText(joined), typeText(id)]
  if (got !== wanted)
    mistake(
      `${model}: join '${joined.name}' of ${what} is ${withArticle(got)}, and the id '${id.name}' of ${deciding} ${withArticle(wanted)}`,
      place,
    )
  if (joined.entity !== undefined && id.entity !== undefined && joined.entity !== id.entity)
    mistake(
      `${model}: join '${joined.name}' of ${what} is ${withArticle(joined.entity)}, and the id '${id.name}' of ${deciding} ${withArticle(id.entity)}`,
      place,
    )
}
