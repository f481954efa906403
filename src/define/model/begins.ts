/**
 * The label `begins`: does an episode start within a time after the decision? Low glucose, a machine that overheats, a queue
 * that grows.
 */
import { show, type Duration } from '../../base/index.ts'
import type { Expression, RawColumn, ColumnSpecs } from '../expression/kinds.ts'
import { keyOf } from '../feature/group-key.ts'
import { conditionOver, decisionKey, labelSource, LabelValue, type Condition, type Label, type LabelledModel } from './label.ts'
import type { DurationAdvice, Hint } from '../mistake/hint.ts'
import { mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'
import type { Row, Source, SourceValue } from '../source/source.ts'
import { boundedDurationOf } from '../expression/window.ts'

/** Options of `begins`. */
export interface BeginsOptions<C extends ColumnSpecs> {
  /** Horizon: the longest time from the decision to the start of an episode. */
  readonly within: Duration | Hint<DurationAdvice<'within'>>
  /** Least length of an episode that counts; `'0s'` if a single event is enough. */
  readonly lasting: Duration | Hint<DurationAdvice<'lasting'>>
  /** Greatest gap between two events; over a longer gap nothing is known. */
  readonly maxGap: Duration | Hint<DurationAdvice<'maxGap'>>
  /** Column with the decision's key, where the source has several columns of that entity. */
  readonly key?: (row: Row<C>) => Expression<'row'> & RawColumn
}

/**
 * Labels decisions by a later episode: true if `condition` begins to hold in (t, t + `within`] at the decision's key, false if
 * not.
 *
 * In an episode the condition holds at every event. A decision during an episode is not eligible. The label is unknown until
 * `within + lasting` has passed (semantics, Labels).
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a source, condition or option that does not fit.
 * @example
 * const patient = entity('patient', t.string())
 * const readings = source('readings', {
 *   schema: { patient, at: t.timestamp(), glucose: t.double() },
 *   key: 'patient',
 *   time: 'at',
 * })
 * const low = begins(readings, r => r.glucose.lt(70), { within: '30m', lasting: '15m', maxGap: '20m' })
 */
export function begins<C extends ColumnSpecs>(
  source: Source<C>,
  condition: Condition<NoInfer<C>>,
  options: BeginsOptions<NoInfer<C>>,
): Label {
  const origin = labelSource('begins', source)
  const subject = `begins(${origin.name}, …)`
  const holds = conditionOver(`${subject}: its condition`, origin, condition)
  checkOptions(subject, options, ['within', 'lasting', 'maxGap', 'key'])
  const spans = {
    within: boundedDurationOf(`${subject}: within`, options.within),
    lasting: boundedDurationOf(`${subject}: lasting`, options.lasting, { zero: true }),
    maxGap: boundedDurationOf(`${subject}: maxGap`, options.maxGap),
  }
  const keyOption: unknown = options.key
  if (keyOption !== undefined && typeof keyOption !== 'function')
    mistake(`${subject}: key is a function of the row, r => r.patient, got ${show(keyOption)}`)
  const label = new LabelValue(origin, (of, definedAt) => {
    const key = episodeKey(subject, origin, keyOption, of, definedAt)
    return { kind: 'begins', source: origin.name, key, condition: holds.ir, ...spans }
  })
  return label as unknown as Label
}

/** Column of the source with the key of the model's decisions: the column with their entity. */
function episodeKey(subject: string, source: SourceValue, key: unknown, of: LabelledModel, definedAt: string | undefined): string {
  const { model, trigger } = of
  const { name, entity } = decisionKey(of)
  if (entity !== undefined) return keyOf(`${model}: ${subject}`, source, [entity], key, definedAt)[0]
  if (key === undefined && trigger.source === source) return source.ir.key
  return mistake(
    `${model}: ${subject} needs an entity as the key of decisions, and '${name}' of ${trigger.name} is no entity; ` +
      `declare it as entity('${name}', …), in both`,
    definedAt,
  )
}
