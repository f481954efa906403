/**
 * Unit tests of the generated rules, for `promtool test rules`: each alert is silent while its series are healthy, fires by the end of its
 * fault, and has reset after the recovery.
 */
import type { YamlValue } from '../syntax/yaml.ts'
import type { GeneratedAlert, TestSeries } from './rule.ts'

/** Annotations and labels of an alert, as the rule file has them. */
export interface AlertTexts {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** Length of a test with few events: more than a long window of an hour. */
const NOISE_MINUTES_MAX = 100
/** Least time between two looks at a silent case, and their greatest number. */
const SILENT_STEP_MINUTES_MIN = 3
const SILENT_LOOKS_MAX = 30

/**
 * The tests of all alerts: one for each name, in which the series of all its parts have the fault at the same time, a second with few
 * events, where the alert has one, and those in which it stays silent.
 */
export function ruleTests(rules: readonly GeneratedAlert[], textsOf: (rule: GeneratedAlert) => AlertTexts): YamlValue[] {
  const byName = Map.groupBy(rules, ({ alert, test: { phases } }) => `${alert} ${JSON.stringify(phases)}`)
  return [...byName.values()].flatMap(named => alertTests(named, textsOf))
}

/** The tests of the alerts of one name, whose phases are equal. */
function alertTests(rules: readonly GeneratedAlert[], textsOf: (rule: GeneratedAlert) => AlertTexts): YamlValue[] {
  const { alert, test } = rules[0]
  const { quiet, fault, recovery } = test.phases
  const firing = rules.map((rule): YamlValue => {
    const { labels, annotations } = textsOf(rule)
    return { exp_labels: { ...rule.test.labels, ...labels }, exp_annotations: annotations }
  })
  const at = (minute: number, alerts: readonly YamlValue[]): YamlValue => ({
    eval_time: `${minute}m`,
    alertname: alert,
    exp_alerts: alerts,
  })
  const series = [...new Map(rules.flatMap(rule => rule.test.series.map(each => [each.series, each] as const))).values()]
  const isFault = (minute: number): boolean => minute >= quiet && minute < quiet + fault
  const faultTest = {
    name: alert,
    interval: '1m',
    input_series: series.map(({ series: name, kind, healthy, faulty = healthy }) => ({
      series: name,
      values: samplesText(
        phaseValues(kind, quiet + fault + recovery, minute => (isFault(minute) ? faulty(minute, minute - quiet) : healthy(minute))),
      ),
    })),
    alert_rule_test: [at(quiet - 1, []), at(quiet + fault - 1, firing), at(quiet + fault + recovery - 1, [])],
  }
  const silentTests = rules.flatMap(({ labels, test: { silent = [] } }) =>
    silent.map(({ name, minutes, series: ofCase }) => ({
      name: `${alert} ${Object.values(labels).join()}: ${name}`,
      interval: '1m',
      input_series: ofCase.map(({ series: of, kind, values }) => ({
        series: of,
        values: samplesText(phaseValues(kind, minutes, values)),
      })),
      alert_rule_test: silentMinutes(minutes).map(minute => at(minute, [])),
    })),
  )
  if (!series.some(({ noisy }) => noisy)) return [faultTest, ...silentTests]
  const minutes = Math.min(quiet + fault + recovery, NOISE_MINUTES_MAX)
  const noiseTest = {
    name: `${alert}: few events`,
    interval: '1m',
    input_series: series.map(({ series: name, kind, healthy, noisy = healthy }) => ({
      series: name,
      values: samplesText(phaseValues(kind, minutes, noisy)),
    })),
    alert_rule_test: [minutes >> 2, minutes >> 1, (3 * minutes) >> 2, minutes - 1].map(minute => at(minute, [])),
  }
  return [faultTest, noiseTest, ...silentTests]
}

function silentMinutes(minutes: number): number[] {
  const step = Math.max(SILENT_STEP_MINUTES_MIN, Math.ceil(minutes / SILENT_LOOKS_MAX))
  return Array.from({ length: Math.floor(minutes / step) }, (_, i) => (i + 1) * step - 1)
}

/** Samples of each minute; a counter adds its values up, and is 0 before. */
export function phaseValues(kind: TestSeries['kind'], minutes: number, valueOf: TestSeries['healthy']): (number | undefined)[] {
  let total = 0
  return Array.from({ length: minutes }, (_, minute) => {
    const value = valueOf(minute)
    return kind === 'gauge' || value === undefined ? value : (total += value)
  })
}

/** The samples in promtool's notation: `5+10x3` is 5, 15, 25, 35, and `_` a missing sample. */
export function samplesText(values: readonly (number | undefined)[]): string {
  const parts: string[] = []
  for (let i = 0; i < values.length;) {
    const first = values[i]
    if (first === undefined) {
      parts.push('_')
      i++
      continue
    }
    const step = (values[i + 1] ?? NaN) - first
    let repeats = 0
    // A missing sample has no step, so it ends a run.
    const stepAt = (at: number): number => (values[at + 1] ?? NaN) - (values[at] ?? NaN)
    while (stepAt(i + repeats) === step) repeats++
    // A run that is short, or has a step that no text holds, is written sample by sample.
    if (repeats < 2) {
      parts.push(String(first))
      i++
    } else {
      parts.push(`${first}${step < 0 ? '-' : '+'}${Math.abs(step)}x${repeats}`)
      i += repeats + 1
    }
  }
  return parts.join(' ')
}
