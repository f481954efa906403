import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caveatText, noteCaveat, worstCaveats, type Caveat, plural } from './caveat.ts'

const shocks = (block: string, size: number): Caveat => ({ kind: 'lasting shocks', block, about: 'time', size })
const few = (name: string, effective: number): Caveat => ({
  kind: 'few clusters',
  about: name,
  size: 50 - effective,
  under: 50,
  clusters: { name, count: 60, effective, all: 60 },
})

test('the worst caveat of each kind and subject is shown, at its first place', () => {
  const all = [
    few('airport', 41),
    shocks('day', 0.41),
    few('carrier', 22),
    few('airport', 38),
    shocks('2-day block', 0.52),
    few('airport', 40),
  ]
  assert.deepEqual(worstCaveats(all), [few('airport', 38), shocks('2-day block', 0.52), few('carrier', 22)])
  assert.deepEqual(worstCaveats([]), [])
})

test('of two equally severe caveats the first is shown, and one without a size once', () => {
  const [first, second] = [shocks('day', 0.4), shocks('week', 0.4)]
  assert.deepEqual(worstCaveats([first, second]), [first])
  assert.deepEqual(worstCaveats([{ kind: 'nothing acts' }, { kind: 'nothing acts' }]), [{ kind: 'nothing acts' }])
})

test('notes that differ in a number are both shown', () => {
  const notes = ['it has measured auc 0.71', 'it has measured auc 0.72', 'it has measured auc 0.71'].map(noteCaveat)
  assert.deepEqual(worstCaveats(notes).map(caveatText), ['it has measured auc 0.71', 'it has measured auc 0.72'])
})

test('a caveat survives JSON', () => {
  for (const caveat of [few('airport', 40.2), shocks('day', 0.5), noteCaveat('x')])
    assert.deepEqual(JSON.parse(JSON.stringify(caveat)), caveat)
})

test('each kind of caveat has its text', () => {
  const texts: [Caveat, string][] = [
    [{ kind: 'few weeks', weeks: 4.27 }, 'the judged decisions cover 4.3 weeks: seasons and rarer shocks are not in them'],
    [{ kind: 'no year', days: 91 }, '91 days of history: a year is an extrapolation'],
    [{ kind: 'few true labels', count: 7 }, 'only 7 judged decisions have a true label'],
    [
      { kind: 'long window', group: 'usual', size: 30 * 86_400_000, history: 14.2 * 86_400_000, part: 1 },
      '"usual" looks back 30 days and the history has 14.2 days: the window was not full for 100 % of the judged decisions',
    ],
    [
      { kind: 'long age', size: 60 * 86_400_000, judged: 7 * 86_400_000 },
      'the age 60 days exceeds the 1 week that the judged decisions span: features of that age come mostly from before that span, or are empty',
    ],
    [{ kind: 'labels alike' }, 'all judged labels are equal: nothing can be ranked'],
    [
      { kind: 'unknown labels', part: 0.21, isMost: false },
      'the outcome of 21 % of the decisions is unknown; they are assumed to be like the others',
    ],
    [
      { kind: 'unknown labels', part: 0.7, isMost: true },
      'the outcome of 70 % of the decisions is unknown: the figures cover the others, which may not be representative',
    ],
    [
      { kind: 'supposed labels', ifTrue: 2750, ifFalse: 15.04, unit: 'x' },
      'if all unknown labels were true, the current pipeline would be worth 2,750 x a week; if all were false, 15',
    ],
    [{ kind: 'censored labels', count: 1234 }, '1,234 labels are unknown because an action changed the outcome'],
    [
      { kind: 'late labels', count: 1234 },
      '1,234 outcomes arrived after their label had settled, and count as false: raise the time that the label waits for them',
    ],
    [
      { kind: 'undone stand', count: 84, hidden: 8312, weight: [100, 100], effective: 84 },
      '84 explored decisions, with weight 100, represent the 8,312 whose outcome an action hid; their effective sample size is 84, and the intervals include the variance of the draw',
    ],
    [
      { kind: 'undone stand', count: 120, hidden: 8312, weight: [50, 100], effective: 108.4 },
      '120 explored decisions, with weights 50 to 100, represent the 8,312 whose outcome an action hid; their effective sample size is 108, and the intervals include the variance of the draw',
    ],
    [
      { kind: 'few undone', count: 12, positive: 3, least: 100, ofLabel: 5 },
      '12 judged decisions were explored, 3 of them with a true label: with under 100, or under 5 of either label, they represent no other decisions',
    ],
    [
      { kind: 'nothing acts' },
      'no decision of the tuning block acts at that threshold: curves without retraining are flat because no action depends on the decisions',
    ],
    [few('airport', 22.4), '60 airports (effective sample size 22): intervals are less reliable under 50'],
    [
      shocks('day', 0.456),
      'differences of neighbouring days are autocorrelated (0.46): shocks last longer, and intervals may be too narrow',
    ],
    [
      { kind: 'longer blocks', block: 'day', correlation: 0.5, longer: '4-day block', size: 4, about: 'time' },
      'differences of neighbouring days are autocorrelated (0.50): intervals use 4-day blocks',
    ],
    [
      { kind: 'some plans', looked: 1000, of: 27_648 },
      '1,000 of 27,648 plans with distinct decisions were evaluated: from the current, the freshest and the oldest plan, by changes of one and of two elements',
    ],
    [{ kind: 'no price', price: -3 }, 'the value per unit is -3, which must be a number above 0: no dollar verdict'],
  ]
  for (const [caveat, text] of texts) assert.equal(caveatText(caveat), text)
})

test('plurals of names', () => {
  assert.deepEqual(['airport', 'city', 'day', 'box', 'series'].map(plural), ['airports', 'cities', 'days', 'boxes', 'series'])
})
