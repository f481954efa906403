/** The features of a key as JSON. Written by hand: of 250 features this is most of what an answer costs, and almost all of them are numbers. */
import { featureValue } from '../../decision/feature-value.ts'
import type { GroupIR } from '../../define/ir/ir.ts'
import type { LiveRow } from '../../run/groups/feature-reader.ts'

/** Values by name; those that are refused apart, so that nothing is taken for a value of one. */
export function featuresText({ of, group, columns, row, strings }: LiveRow): string {
  const { features } = group
  const { length } = features
  const labels = labelsOf(group)
  const numbers = new Array<number>(length)
  let others: string[] | undefined
  let refused = ''
  for (let f = 0; f < length; f++) {
    const feature = featureValue(features[f], columns[f], strings, row)
    numbers[f] = 0
    if (!('value' in feature)) {
      refused += labels[f] + JSON.stringify(feature.refused)
      others ??= []
      others[f] = ''
    } else if (typeof feature.value === 'number') numbers[f] = feature.value
    else {
      others ??= []
      others[f] = labels[f] + JSON.stringify(feature.value)
    }
  }
  // Numbers are written in one go, which takes two thirds of the time of one by one.
  const written = JSON.stringify(numbers)
  let values = ''
  for (let f = 0, from = 1, to; f < length; f++, from = to + 1) {
    to = written.indexOf(f < length - 1 ? ',' : ']', from)
    values += others?.[f] ?? labels[f] + written.slice(from, to)
  }
  const head = JSON.stringify(of).slice(0, -1)
  return `${head},"features":{${values.slice(1)}}${refused === '' ? '' : `,"refused":{${refused.slice(1)}}`}}`
}

/** What stands before each value: names are few, and asked for again and again. */
const labels = new WeakMap<GroupIR, readonly string[]>()

function labelsOf(group: GroupIR): readonly string[] {
  let known = labels.get(group)
  if (!known) labels.set(group, (known = group.features.map(({ name }) => `,${JSON.stringify(name)}:`)))
  return known
}
