import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../test/crash/model-store.ts'
import { random } from '../base/random.ts'
import type { ModelIR, PipelineIR } from '../define/ir/ir.ts'
import {
  action,
  batch,
  count,
  entity,
  every,
  features,
  labelFrom,
  lag,
  linear,
  model,
  on,
  pipeline,
  source,
  stdout,
  stream,
  t,
  type Train,
} from '../index.ts'
import { inputCodes } from '../training/registry/input-codes.ts'
import type { NamedWrite } from '../log/store.ts'
import { putPendingPromotion, putPromotions, putScore, putVersion } from '../training/registry/registry.ts'
import { Champions } from '../run/decide/champions.ts'
import { planEffects, oldestByDesign } from './plan-effects.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const backs = source('backs', { schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at' })

interface Variant {
  readonly window?: '1d' | '2d'
  readonly own?: number
  readonly train?: Train
  readonly place?: typeof stream
}

const byHand: Train = { algorithm: 'logistic' }

function shop({ window = '1d', own, train = byHand, place = stream }: Variant = {}): PipelineIR {
  const recent = features('recent', { from: payments, entity: card, place, values: () => ({ n: count(window) }) })
  const fraud = model('fraud', {
    decide: on(payments),
    inputs: p => ({ n: recent.of(p.card).n }),
    label: labelFrom(backs, { join: 'payment', value: b => b.fraud, negativeAfter: '2d' }),
    train,
    ...(own !== undefined && { score: linear({ intercept: own, weights: { n: 1 } }) }),
  })
  return pipeline('shop', [fraud, action('desk', { when: fraud.score.gte(0.75), do: stdout() })]).ir
}

const modelOf = ({ models: [fraud] }: PipelineIR): ModelIR => fraud

/** Registry values of a version that was trained with the definitions `ir`. */
const versionPuts = (ir: PipelineIR, number: number): NamedWrite[] => {
  const fraud = modelOf(ir)
  const version = {
    model: 'fraud',
    number,
    state: 'candidate',
    why: 'demand',
    at: 0,
    began: 0,
    spillway: '0',
    trained: {} as never,
  } as const
  return [
    putVersion({ ...version, train: fraud.train!, inputs: inputCodes(ir, fraud) }),
    putScore('fraud', number, { kind: 'logistic', intercept: 0, terms: [] }),
  ]
}

async function registry(...puts: readonly NamedWrite[]): Promise<ModelStore> {
  const store = new ModelStore(undefined, true)
  await store.commit({ put: puts })
  return store
}

const promoted = (...versions: readonly number[]): NamedWrite =>
  putPromotions(
    'fraud',
    versions.map((version, entry) => ({ version, entry, at: 0, why: '' })),
  )
const textsOf = (before: PipelineIR, after: PipelineIR, store: ModelStore): string[] =>
  planEffects(before, after, store, undefined).map(({ on, name, text }) => `${on} ${name}: ${text}`)

test('a change of inputs retires the champion: the effect says what scores then, and how to get another version', async () => {
  const store = await registry(...versionPuts(shop(), 1), promoted(1))
  const why = "version 1, which scores now, is taken out of use, since it was trained on other inputs: input 'n' is defined otherwise. Then"
  assert.deepEqual(textsOf(shop(), shop({ window: '2d' }), store), [
    `model fraud: ${why} nothing scores until another version is promoted; spillway train makes one, and spillway models promotes it`,
    "action desk: has no trigger while nothing scores model 'fraud'",
  ])
  const weekly: Train = { algorithm: 'logistic', every: 'week', promote: { metric: 'auc', atLeast: 0.6 } }
  assert.deepEqual(textsOf(shop(), shop({ window: '2d', own: 1, train: weekly }), store), [
    `model fraud: ${why} its own score is used until another version is promoted; the model is trained as soon as the run starts`,
    "action desk: its threshold, 0.75, was chosen for other scores of model 'fraud': it may act more or less often",
  ])
  assert.deepEqual(textsOf(shop(), shop(), store), [])
})

test('with an older file the version that fits it scores; a waiting promotion counts as one', async () => {
  const newer = shop({ window: '2d' })
  const two = await registry(...versionPuts(shop(), 1), ...versionPuts(newer, 2), promoted(1, 2))
  assert.match(textsOf(newer, shop(), two)[0], /^model fraud: version 2, .*\. Then version 1 scores$/)
  const waits = await registry(...versionPuts(shop(), 1), putPendingPromotion('fraud', { version: 1, why: 'by hand', at: 0 }))
  assert.deepEqual(textsOf(shop(), shop(), waits)[0], 'model fraud: version 1 scores, where nothing did')
})

test('a changed score, input or placement changes the scores, and questions the threshold too', async () => {
  const store = await registry()
  const own = shop({ own: 1 })
  const threshold = "action desk: its threshold, 0.75, was chosen for other scores of model 'fraud': it may act more or less often"
  for (const [variant, reason] of [
    [{ own: 2 }, 'its score is defined otherwise'],
    [{ own: 1, window: '2d' }, "input 'n' is defined otherwise"],
    [{ own: 1, place: lag('5m') }, "group 'recent' is placed lag(5m), and was stream"],
  ] as const)
    assert.deepEqual(textsOf(own, shop(variant), store), [`model fraud: its scores change, since ${reason}`, threshold])
})

test('an objective is reported if its group changes', async () => {
  const store = await registry()
  const groups = { recent: { age: 600_000, share: 0.99, why: '' }, other: { age: 1, share: 0.99, why: '' } }
  const objectives = { format: 'spillway-objectives/1', pipeline: 'shop', fingerprint: 'f', groups } as const
  const of = (variant: Variant) =>
    planEffects(shop({ own: 1 }), shop({ own: 1, ...variant }), store, objectives).filter(({ on }) => on === 'objective')
  assert.deepEqual(of({}), [])
  assert.deepEqual(of({ window: '2d' }), [
    { on: 'objective', name: 'recent', text: "was derived from other scores of 'fraud': run spillway audit again" },
  ])
  assert.deepEqual(of({ place: lag('1h') }), [
    { on: 'objective', name: 'recent', text: 'asks for 10m, and the group, placed lag(1h), is up to 1h old by design' },
  ])
})

test('greatest age of a group by its placement', () => {
  const placeOf = (place: unknown) => shop({ place: place as never }).groups[0].place
  assert.deepEqual(
    [
      stream,
      lag('5m'),
      batch(every('10m'), { lasts: '2m' }),
      batch('0 2 * * *', { lasts: '1h' }),
      batch('0 2 * * 1', { lasts: '1h' }),
      batch('0 2 1 * *', { lasts: '1h' }),
    ].map(place => oldestByDesign(placeOf(place)) / 3_600_000),
    [0, 5 / 60, 12 / 60, 25, 7 * 24 + 1, 31 * 24 + 1],
  )
})

test('predicted champions equal those of a run: 500 random registries, from one file to another', async () => {
  const chance = random(2107)
  const below = (most: number): number => Math.floor(chance() * most)
  const files = [shop(), shop({ window: '2d' }), shop({ own: 1 }), shop({ window: '2d', own: 2 })]
  let replacements = 0
  for (let round = 0; round < 500; round++) {
    const versions = 1 + below(4)
    const store = await registry(
      ...Array.from({ length: versions }, (_, i) => versionPuts(files[below(2)], i + 1)).flat(),
      promoted(...Array.from({ length: below(5) }, () => below(versions + 1))),
    )
    const [before, after] = [files[below(4)], files[below(4)]]
    const scores = (ir: PipelineIR) => new Champions({ ir, store, onReport: () => {} }).at(modelOf(ir), Infinity)?.version ?? 0
    const [was, is] = [scores(before), scores(after)]
    const text = planEffects(before, after, store, undefined).find(({ on }) => on === 'model')?.text ?? ''
    assert.equal(/^version (\d+), which scores now, is taken out of use/.exec(text)?.[1], was > 0 && was !== is ? String(was) : undefined)
    assert.equal(/(?:^|Then )version (\d+) scores/.exec(text)?.[1], is > 0 && was !== is ? String(is) : undefined)
    if (was > 0 && was !== is) replacements++
  }
  assert.ok(replacements > 50)
})
