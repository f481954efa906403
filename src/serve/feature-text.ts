/** The features of a key as JSON. Written by hand: of 250 features this is most of what an answer costs, and almost all of them are numbers. */
import type { FeatureValue } from '../decision/feature-value.ts'
import type { LiveFeatures } from '../run/reading.ts'

/** Values by name; those that are refused apart, so that nothing is taken for a value of one. */
export function featuresText(found: LiveFeatures): string {
  const { features, ...rest } = found
  let values = ''
  let refused = ''
  for (const name in features) {
    const feature = features[name]
    if ('value' in feature) values += `${values === '' ? '' : ','}${quoted(name)}:${valueText(feature)}`
    else refused += `${refused === '' ? '' : ','}${quoted(name)}:${JSON.stringify(feature.refused)}`
  }
  const head = JSON.stringify(rest).slice(0, -1)
  return `${head},"features":{${values}}${refused === '' ? '' : `,"refused":{${refused}}`}}`
}

function valueText({ value }: Extract<FeatureValue, { readonly value: unknown }>): string {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : JSON.stringify(value)
}

/** Names of features are few, and asked for again and again. */
const quotes = new Map<string, string>()

function quoted(name: string): string {
  const known = quotes.get(name)
  if (known !== undefined) return known
  const text = JSON.stringify(name)
  quotes.set(name, text)
  return text
}
