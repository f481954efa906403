/**
 * The features of a key as JSON, encoded by hand: with 250 features, encoding is most of the cost of an answer, and almost all values are
 * numbers.
 */
import { featureValue } from '../../decision/index.ts'
import type { GroupIR } from '../../define/ir/index.ts'
import type { ServedFeatureRow } from '../../run/index.ts'

/** JSON of a row: values by name, and rejected features apart, so that no client takes a rejection for a value. */
export function featuresJson({ of, group, columns, row, strings }: ServedFeatureRow): string {
  const { features } = group
  const { length } = features
  const labels = labelsOf(group)
  const numbers = new Array<number>(length)
  let others: string[] | undefined
  let rejected = ''
  for (let f = 0; f < length; f++) {
    const feature = featureValue(features[f], columns[f], strings, row)
    numbers[f] = 0
    if (!('value' in feature)) {
      rejected += labels[f] + JSON.stringify(feature.rejected)
      others ??= []
      others[f] = ''
    } else if (typeof feature.value === 'number') numbers[f] = feature.value
    else {
      others ??= []
      others[f] = labels[f] + JSON.stringify(feature.value)
    }
  }
  // One call for all numbers takes two thirds of the time of one call each.
  const encoded = JSON.stringify(numbers)
  let values = ''
  for (let f = 0, from = 1, to; f < length; f++, from = to + 1) {
    to = encoded.indexOf(f < length - 1 ? ',' : ']', from)
    values += others?.[f] ?? labels[f] + encoded.slice(from, to)
  }
  const head = JSON.stringify(of).slice(0, -1)
  return `${head},"features":{${values.slice(1)}}${rejected === '' ? '' : `,"rejected":{${rejected.slice(1)}}`}}`
}

/** The encoded name before each value, cached by feature group. */
const labels = new WeakMap<GroupIR, readonly string[]>()

function labelsOf(group: GroupIR): readonly string[] {
  let cached = labels.get(group)
  if (!cached) labels.set(group, (cached = group.features.map(({ name }) => `,${JSON.stringify(name)}:`)))
  return cached
}
