/** Formats of the numbers and dates of a file's columns: each by its own values, else by those of the other columns. */
import type { ColumnFormat, ColumnSample } from './column-sample.ts'
import type { DateOrder } from './date-format.ts'
import type { PlacedText } from './date-sample.ts'
import type { NumberStyle } from './number-style.ts'

/** Formats for the columns that do not show theirs. */
export interface PreferredFormats {
  /** Meaning of a comma in numbers. */
  readonly numbers?: NumberStyle | undefined
  readonly dates?: 'dmy' | 'mdy' | undefined
}

/**
 * A column whose format no column shows, with an example. `comma` and `mixed dates` become text; `point` is read as the start of a fraction,
 * and `dates` in the usual order.
 */
export interface UnclearFormat extends PlacedText {
  readonly name: string
  readonly kind: 'comma' | 'point' | 'dates' | 'mixed dates'
  /** The order of `dates`. */
  readonly order?: DateOrder
}

interface FileFormats {
  formatOf(name: string): ColumnFormat
  readonly unclear: readonly UnclearFormat[]
}

export function fileFormats(samples: ReadonlyMap<string, ColumnSample>, preferred: PreferredFormats): FileFormats {
  const numbers = numberFormats(samples, preferred.numbers)
  const dates = dateFormats(samples, preferred.dates)
  return {
    formatOf: name => ({ numbers: numbers.styles.get(name), dates: dates.orders.get(name) }),
    unclear: [...numbers.unclear, ...dates.unclear],
  }
}

function numberFormats(samples: ReadonlyMap<string, ColumnSample>, preferred: NumberStyle | undefined) {
  const evidence = [...samples].map(([name, sample]) => ({ name, sample, shown: sample.numberEvidence }))
  const separators = new Set(
    evidence.flatMap(({ shown }) => (shown === 'comma' ? ['comma'] : shown === 'grouped' || shown === 'point' ? ['point'] : [])),
  )
  const preferredSeparator = preferred && (preferred === 'comma' ? 'comma' : 'point')
  const separator = preferredSeparator ?? (separators.size === 1 ? [...separators][0] : undefined)
  const styles = new Map<string, NumberStyle>()
  const unclear: UnclearFormat[] = []
  for (const { name, sample, shown } of evidence) {
    if (shown === 'comma' || shown === 'grouped') styles.set(name, shown)
    if (shown !== 'either comma' && shown !== 'either point') continue
    if (separator === 'comma') styles.set(name, 'comma')
    else if (separator && shown === 'either comma') styles.set(name, 'grouped')
    else if (!separator) unclear.push({ name, kind: shown === 'either comma' ? 'comma' : 'point', ...sample.unclearNumber! })
  }
  return { styles, unclear }
}

function dateFormats(samples: ReadonlyMap<string, ColumnSample>, preferred: 'dmy' | 'mdy' | undefined) {
  const columns = [...samples].flatMap(([name, { dates, hasOnlyDates }]) =>
    dates.usual && hasOnlyDates ? [{ name, dates, usual: dates.usual }] : [],
  )
  const orders = new Map<string, DateOrder | 'mixed'>()
  const unclear: UnclearFormat[] = []
  const shownWith = (separator: string) =>
    columns.flatMap(({ dates }) => (dates.separator === separator ? [...dates.proofs.keys()].filter(order => order !== 'ymd') : []))
  for (const { name, dates, usual } of columns) {
    const shown = [...dates.proofs.keys()]
    if (shown.length > 1 || (shown[0] === 'ymd' && dates.unclear)) {
      orders.set(name, 'mixed')
      unclear.push({ name, kind: 'mixed dates', ...dates.proofs.get(shown.at(-1)!)! })
      continue
    }
    const others = new Set(shownWith(dates.separator))
    const order = shown[0] ?? preferred ?? (others.size === 1 ? [...others][0] : undefined)
    orders.set(name, order ?? usual.order)
    if (order === undefined && !usual.isCertain) unclear.push({ name, kind: 'dates', order: usual.order, ...dates.unclear! })
  }
  return { orders, unclear }
}
