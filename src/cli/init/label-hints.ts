/** Code examples of labels, for a file in which no column is the outcome of an event. */
import { quantityColumns } from './inferred-code.ts'
import type { PlannedSource } from './inferred-source.ts'

/** A code example of a label. */
export interface LabelHint {
  /** The case for which the label fits, in words. */
  readonly for: string
  /** The name to add to the imports from `spillway`. */
  readonly imports: string
  /** Lines to insert before the model, if any. */
  readonly before: readonly string[]
  /** The option of the model. */
  readonly label: string
}

/** The labels that are possible with the columns of the source. */
export function labelHints(source: PlannedSource): LabelHint[] {
  const { id } = source
  const [quantity] = quantityColumns(source)
  const begins: LabelHint[] = quantity
    ? [
        {
          for: `an episode that begins later, such as ${quantity.name} above a bound of yours`,
          imports: 'begins',
          before: [],
          label: `label: begins(events, e => e.${quantity.name}.gt(100), { within: '1h', lasting: '0s', maxGap: '1d' }),`,
        },
      ]
    : []
  const from: LabelHint[] = id
    ? [
        {
          for: 'outcomes in a file of their own, each with the id of its event',
          imports: 'labelFrom',
          before: [
            `const outcomes = source('outcomes', { schema: { event: t.${id.type}(), happened: t.bool(), at: t.timestamp() }, key: 'event', time: 'at' })`,
          ],
          label: `label: labelFrom(outcomes, { join: 'event', value: o => o.happened, negativeAfter: '1d' }),`,
        },
      ]
    : []
  return [...begins, ...from]
}

/** The hints as lines of text. */
export const labelHintLines = (hints: readonly LabelHint[]): string[] =>
  hints.length === 0
    ? ['A label needs a column that names each event (its id), or a quantity; there is neither.']
    : [
        'A first audit needs a label on the model of pipeline.ts:',
        ...hints.flatMap(hint => [
          `  for ${hint.for}:`,
          `    import { ${hint.imports} } from 'spillway'`,
          ...[...hint.before, hint.label].map(line => `    ${line}`),
        ]),
      ]
