/** Generated rules: every alert has its tests, and each cause, recording and label is one that exists. `test/external` runs them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  action,
  batch,
  count,
  entity,
  env,
  features,
  hybrid,
  labelFrom,
  linear,
  model,
  on,
  pipeline,
  report,
  source,
  stream,
  t,
  webhook,
} from '../../index.ts'
import { defaultThresholds } from '../../define/config/alert-thresholds.ts'
import { alertRulesOf, inhibitions, prometheusFiles, prometheusFilesOf } from './prometheus-files.ts'
import { alertCauses, type GeneratedAlert } from './rule.ts'
import { phaseValues, samplesText } from './rule-tests.ts'

const card = entity('card', t.string())
const schema = { id: t.string(), card, at: t.timestamp() }
const payments = source('payments', { schema, key: 'card', time: 'at', id: 'id' })
const outcomes = source('outcomes', { schema: { payment: t.string(), bad: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })
const values = () => ({ n: count('1h') })
const now = features('now', { from: payments, entity: card, place: stream, values })
const nightly = features('nightly', { from: payments, entity: card, place: batch('0 2 * * *', { lasts: '30m' }), values })
const unread = features('unread', { from: payments, entity: card, place: hybrid('0 3 * * 1'), values })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n, m: nightly.of(p.card).n }),
  label: labelFrom(outcomes, { join: 'payment', value: o => o.bad, negativeAfter: '2d' }),
  train: { algorithm: 'logistic', orWhen: { drift: {} } },
  score: linear({ intercept: 0, weights: { n: 0.1 } }),
})
const tell = action('tell', { when: fraud.score.gte(0.5), deadline: '1m', do: webhook(env('URL')) })
const list = report('list', { of: { now }, at: '0 7 * * *', live: '30d' })
const { ir } = pipeline('shop', [tell, unread, list])
const names = { pipeline: 'shop', job: 'shop', thresholds: defaultThresholds }
const alerts = alertRulesOf(ir, names)
const files = prometheusFilesOf(ir)

const partsOf = (alert: string): Readonly<Record<string, string>>[] =>
  alerts.filter(rule => rule.alert === alert).map(({ labels }) => labels)

test('the alerts follow from the definitions', () => {
  assert.deepEqual(partsOf('SpillwayFreshnessFastBurn'), [
    { group: 'now', source: 'payments' },
    { group: 'nightly', source: 'payments' },
  ])
  assert.deepEqual(partsOf('SpillwayBatchRunStale'), [
    { group: 'nightly', source: 'payments' },
    { group: 'unread', source: 'payments' },
  ])
  assert.deepEqual(
    [partsOf('SpillwayDeadlineSlowBurn'), partsOf('SpillwayDrift')],
    [[{ action: 'tell', model: 'fraud', source: 'payments' }], [{ model: 'fraud' }]],
  )
  assert.deepEqual(
    [partsOf('SpillwayReportFailed'), partsOf('SpillwayBackupFailed'), partsOf('SpillwayStalled')],
    [[{ report: 'list' }], [{}], [{}]],
  )
  assert.deepEqual([partsOf('SpillwaySourceLag').length, partsOf('SpillwayDown').length], [2, 1])
  const lag = alerts.filter(({ alert }) => alert === 'SpillwaySourceLag')
  assert.deepEqual(
    lag.map(({ severity }) => severity),
    ['page', 'ticket'],
    'no one reads outcomes within seconds',
  )
  assert.match(lag[0].description, /Affects feature groups now, nightly, unread; models fraud; actions tell\.$/)
  const small = source('small', { schema, key: 'card', time: 'at', id: 'id' })
  const { ir: smallIr } = pipeline('small', [features('one', { from: small, entity: card, place: stream, values })])
  assert.deepEqual(
    alertRulesOf(smallIr, names).filter(({ cause }) =>
      ['freshness', 'deadline', 'drift', 'effects', 'batch-run', 'training', 'report'].includes(cause),
    ),
    [],
  )
})

/** The blocks of the file's list of tests, by the name of their alert. */
const testsOf = (text: string, alert: string): string[] =>
  text.split('\n  - name: ').filter(block => new RegExp(`^"${alert}(?:: few events)?"`).test(block))

test('no alert lacks a test in which it is silent, fires with its labels and annotations, and resets', () => {
  const rules = files[prometheusFiles.rules]
  const tests = files[prometheusFiles.tests]
  const written = [...rules.matchAll(/- alert: "(\w+)"/g)].map(([, alert]) => alert)
  assert.deepEqual(written.toSorted(), alerts.map(({ alert }) => alert).toSorted(), 'the file has these alerts and no others')
  for (const { alert, labels, summary, test: of } of alerts) {
    const firing = testsOf(tests, alert).find(block =>
      Object.values(labels).every(label => block.includes(`: "${label}"`) || block.includes(`: ${label}`)),
    )
    assert.ok(firing, `${alert} of ${JSON.stringify(labels)}`)
    const expected = firing
      .split('eval_time')
      .slice(1)
      .map(part => !part.includes('exp_alerts: []'))
    assert.deepEqual(expected, [false, true, false], alert)
    assert.ok(firing.includes(summary), `${alert}: its annotation is expected`)
    assert.ok(
      of.series.some(({ faulty }) => faulty),
      `${alert} has a fault`,
    )
  }
})

test('every alert has a severity, a known cause, a runbook and a command', () => {
  const rules = files[prometheusFiles.rules]
  for (const { cause, severity, command } of alerts) {
    assert.ok(alertCauses.includes(cause))
    assert.ok(severity === 'page' || severity === 'ticket')
    assert.match(command, /^spillway /)
    assert.ok(rules.includes(`runbook: "docs/guides/alerts.md#${cause}"`), cause)
  }
  assert.deepEqual(new Set(alerts.map(({ cause }) => cause)), new Set(alertCauses), 'a pipeline with everything has every cause')
  assert.match(prometheusFilesOf(ir, { runbooks: 'https://wiki/run' })[prometheusFiles.rules], /runbook: "https:\/\/wiki\/run#lag"/)
})

test('an alert reads recordings that the file has, and series of its own job', () => {
  const recorded = new Set([...files[prometheusFiles.rules].matchAll(/record: "([\w:]+)"/g)].map(([, record]) => record))
  const selectors = ({ expr }: GeneratedAlert) => [...expr.matchAll(/([a-z_]+(?::\w+)*)\{([^}]*)\}/g)]
  for (const alert of alerts)
    for (const [, name, labels] of selectors(alert)) {
      assert.ok(!name.includes(':') || recorded.has(name), name)
      assert.match(labels, /job="shop"/, alert.expr)
    }
})

type Labels = Readonly<Record<string, string>>

/** Labels of an alert while it fires on an instance, if its expression has instances. */
const firingLabels = ({ alert, cause, severity, labels, test: { labels: own } }: GeneratedAlert, instance = 'a'): Labels => ({
  ...own,
  ...('instance' in own && { instance }),
  alertname: alert,
  cause,
  severity,
  ...labels,
})

/** As Alertmanager matches: an absent label is an empty one. */
function matches(matcher: string, labels: Labels): boolean {
  const [, label, operator, value] = /^(\w+)(=~|!=|=)"([^"]*)"$/.exec(matcher)!
  const isEqual = new RegExp(`^(?:${value})$`).test(labels[label] ?? '')
  return operator === '!=' ? !isEqual : isEqual
}

const inhibits = ({ source, target, equal }: (typeof inhibitions)[number], one: Labels, other: Labels): boolean =>
  source.every(matcher => matches(matcher, one)) &&
  target.every(matcher => matches(matcher, other)) &&
  equal.every(label => one[label] === other[label])

test('each inhibition has an alert that explains, and another that it explains, with equal labels', () => {
  const all = alerts.map(alert => firingLabels(alert))
  for (const inhibition of inhibitions) {
    const pairs = all.flatMap(one => all.filter(other => other !== one && inhibits(inhibition, one, other)))
    assert.notEqual(pairs.length, 0, `${inhibition.source.join()} → ${inhibition.target.join()}`)
  }
  const group = (name: string) => all.find(labels => labels['alertname'] === 'SpillwayFreshnessFastBurn' && labels['group'] === name)!
  assert.notDeepEqual(group('now'), group('nightly'))
})

test('a ticket mutes no page, and a page of the run alone mutes a receiver that is down', () => {
  const all = alerts.map(alert => firingLabels(alert))
  for (const one of all)
    for (const other of all) {
      const muting = inhibitions.filter(inhibition => inhibits(inhibition, one, other) && one !== other)
      if (one['severity'] === 'ticket' && other['severity'] === 'page')
        assert.deepEqual(muting, [], `${one['alertname']}, ${other['alertname']}`)
      if (other['alertname'] === 'SpillwayReceiverDown' && muting.length > 0) assert.equal(one['alertname'], 'SpillwayDown')
    }
})

test('thresholds are those of the alerts of a run, also at a low target', () => {
  const exprOf = (alert: string) => alerts.find(rule => rule.alert === alert)!.expr
  const budget = 'spillway:freshness_budget{group="now", job="shop"}'
  assert.ok(exprOf('SpillwayFreshnessFastBurn').includes(` > clamp_max(14.4 * ${budget}, 0.5 + 0.5 * scalar(${budget})) and `))
  assert.ok(exprOf('SpillwayDeadlineFastBurn').includes(' > 0.144 and '))
  assert.ok(exprOf('SpillwayDeadLetterRate').includes(' > 0.05 and '))
})

test('thresholds of the configuration replace the defaults', () => {
  const thresholds = { deadlines: 0.9, errors: 0.99, deadLetters: 0.8, effects: 0.9, diskPageBytes: 7e9, diskTicketBytes: 9e9 }
  const changed = alertRulesOf(ir, { ...names, thresholds })
  const exprOf = (alert: string) => changed.find(rule => rule.alert === alert)!.expr
  assert.ok(exprOf('SpillwayDeadlineFastBurn').includes(' > 0.55 and '))
  assert.ok(exprOf('SpillwayErrorsSlowBurn').includes(' > 0.06 and '))
  assert.ok(exprOf('SpillwayDeadLetterRate').includes(' > 0.6 and '))
  assert.ok(exprOf('SpillwayDeadLetters').includes(' > 0.2 and '))
  assert.match(exprOf('SpillwayDiskFull'), / < 7000000000 or /)
  assert.match(exprOf('SpillwayDiskFilling'), / < 9000000000 or /)
})

test('of two instances neither mutes the other, and no two alerts mute each other', () => {
  const all = alerts.flatMap(alert => [firingLabels(alert, 'a'), firingLabels(alert, 'b')])
  const isInhibited = (one: Labels, other: Labels): boolean =>
    JSON.stringify(one) !== JSON.stringify(other) && inhibitions.some(inhibition => inhibits(inhibition, one, other))
  const isSent = (firing: readonly Labels[], alert: Labels): boolean => !firing.some(other => isInhibited(other, alert))
  for (const one of all)
    for (const other of all)
      assert.ok(!(isInhibited(one, other) && isInhibited(other, one)), `${one['alertname']} and ${other['alertname']} mute each other`)
  const of = (name: string, instance: string): Labels =>
    all.find(({ alertname, instance: where }) => alertname === name && where === instance)!
  const firing = [of('SpillwayDown', 'a'), of('SpillwayDiskFull', 'b')]
  for (const alert of firing) assert.ok(isSent(firing, alert), `${alert['alertname']} is sent`)
  assert.ok(!isSent(firing, of('SpillwayDiskFull', 'a')), 'a run that is down explains its own disk')
  assert.ok(isInhibited(of('SpillwayStalled', 'a'), of('SpillwayNotAccepting', 'a')), 'a run that stands still accepts nothing')
})

test("samples are in promtool's notation", () => {
  assert.equal(samplesText([1, 2, 3, 4]), '1+1x3')
  assert.equal(samplesText([5, 5, 5, 0, 0, 0, 9]), '5+0x2 0+0x2 9')
  assert.equal(samplesText([9, 7, 5, undefined, undefined, 1]), '9-2x2 _ _ 1')
  assert.equal(samplesText([]), '')
  assert.deepEqual(
    phaseValues('counter', 4, minute => minute),
    [0, 1, 3, 6],
  )
  assert.deepEqual(
    phaseValues('gauge', 3, minute => (minute === 1 ? undefined : minute)),
    [0, undefined, 2],
  )
})
