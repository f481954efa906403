import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteOf, worstOf, type Caveat } from './caveat.ts'
import { caveatText } from './caveat-text.ts'

const shocks = (block: string, size: number): Caveat => ({ kind: 'lasting shocks', block, about: 'time', size })
const few = (name: string, effective: number): Caveat => ({
  kind: 'few clusters',
  about: name,
  size: 50 - effective,
  under: 50,
  clusters: { name, count: 60, effective, all: 60 },
})

test('of a kind the worst is said, where it was first met, and of each thing that it is about', () => {
  const all = [
    few('airport', 41),
    shocks('day', 0.41),
    few('carrier', 22),
    few('airport', 38),
    shocks('2-day block', 0.52),
    few('airport', 40),
  ]
  assert.deepEqual(worstOf(all), [few('airport', 38), shocks('2-day block', 0.52), few('carrier', 22)])
  assert.deepEqual(worstOf([]), [])
})

test('of two as bad the first is kept, and of one without a size there is one', () => {
  const [one, other] = [shocks('day', 0.4), shocks('week', 0.4)]
  assert.deepEqual(worstOf([one, other]), [one])
  assert.deepEqual(worstOf([{ kind: 'nothing acts' }, { kind: 'nothing acts' }]), [{ kind: 'nothing acts' }])
})

test('notes that differ in a number alone are two', () => {
  const notes = ['it has measured auc 0.71', 'it has measured auc 0.72', 'it has measured auc 0.71'].map(noteOf)
  assert.deepEqual(worstOf(notes).map(caveatText), ['it has measured auc 0.71', 'it has measured auc 0.72'])
})

test('a caveat is plain JSON: one that was kept is the same', () => {
  for (const caveat of [few('airport', 40.2), shocks('day', 0.5), noteOf('x')]) assert.deepEqual(JSON.parse(JSON.stringify(caveat)), caveat)
})

test('each kind has its words', () => {
  const said: [Caveat, string][] = [
    [{ kind: 'few weeks', weeks: 4.27 }, 'what is judged covers 4.3 weeks: seasons, and shocks that are rarer, are not in it'],
    [{ kind: 'no year', days: 91 }, '91 days of history: a year is an extrapolation'],
    [{ kind: 'few true labels', count: 7 }, 'only 7 decisions of those that are judged have a true label'],
    [
      { kind: 'long window', group: 'usual', size: 30 * 86_400_000, history: 14.2 * 86_400_000, part: 1 },
      '"usual" looks back 30 days and the history has 14.2 days: for 100 % of the decisions that are judged the window was not full',
    ],
    [
      { kind: 'long age', size: 60 * 86_400_000, judged: 7 * 86_400_000 },
      'an age of 60 days was asked for, and what is judged spans 1 week: at that age most of what is known is from before it, or nothing is',
    ],
    [{ kind: 'labels alike' }, 'all labels of what is judged are alike: nothing can be ranked'],
    [
      { kind: 'unknown labels', part: 0.21, isMost: false },
      'of 21 % of the decisions it is not known what came of them; they are taken to be like the others',
    ],
    [
      { kind: 'unknown labels', part: 0.7, isMost: true },
      'of 70 % of the decisions it is not known what came of them: figures are of the others, and nothing says that these are like them',
    ],
    [
      { kind: 'supposed labels', ifTrue: 2750, ifFalse: 15.04, unit: 'x' },
      'were all labels that are not known true, what runs would be worth 2,750 x a week; were they all false, 15',
    ],
    [{ kind: 'censored labels', count: 1234 }, '1,234 labels are unknown because an action changed what came'],
    [
      { kind: 'undone stand', count: 84, hidden: 8312, weight: [100, 100], effective: 84 },
      '84 decisions that an action left undone stand, each for 100, for the 8,312 whose outcome it has hidden; they are worth 84 of equal weight, and intervals have what drawing them adds',
    ],
    [
      { kind: 'undone stand', count: 120, hidden: 8312, weight: [50, 100], effective: 108.4 },
      '120 decisions that an action left undone stand, each for 50 to 100, for the 8,312 whose outcome it has hidden; they are worth 108 of equal weight, and intervals have what drawing them adds',
    ],
    [
      { kind: 'few undone', count: 12, positive: 3, least: 100, ofLabel: 5 },
      '12 decisions of those that are judged were left undone to see what comes of them, 3 of them with a true label: under 100, or 5 of either label, they stand for themselves alone',
    ],
    [
      { kind: 'nothing acts' },
      'no decision of the block in between acts at that threshold: frozen curves are flat because nothing follows from decisions',
    ],
    [few('airport', 22.4), '60 airports, worth 22 of equal size: intervals are less sure under 50'],
    [
      shocks('day', 0.456),
      'what one day gains or loses goes with the next one (correlation 0.46): shocks last longer, and intervals may be too narrow',
    ],
    [
      { kind: 'longer blocks', block: 'day', correlation: 0.5, longer: '4-day block', size: 4, about: 'time' },
      'what one day gains or loses goes with the next one (correlation 0.50): intervals take each 4-day block as one',
    ],
    [
      { kind: 'some plans', looked: 1000, of: 27_648 },
      '1,000 of 27,648 plans with decisions of their own were looked at: from what runs, from the freshest and from the oldest, by changes of one element and of two',
    ],
    [{ kind: 'no price', price: -3 }, 'the price of a unit of utility is given as -3, which is none: no dollar verdict'],
  ]
  for (const [caveat, text] of said) assert.equal(caveatText(caveat), text)
})
