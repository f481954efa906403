import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { fraudPipeline, startTime } from '../../../test/training/fraud-pipeline.ts'
import { inputCodes } from '../../training/registry/input-codes.ts'
import { putChallenges, putPromotions, putScore, putVersion } from '../../training/registry/registry.ts'
import type { PromotionRecord } from '../../training/registry/version.ts'
import { Champions } from './champions.ts'

const { ir } = fraudPipeline({ algorithm: 'logistic' }, { own: true })
const [fraud] = ir.models
const otherInputs = fraudPipeline({ algorithm: 'logistic' }, { window: '2d' }).ir

/** A store with versions 1 to 4, of which the last was trained on other inputs. */
async function storeWith(promotions: readonly PromotionRecord[], challenges: readonly PromotionRecord[]): Promise<ModelStore> {
  const store = new ModelStore(undefined, true)
  const put = [1, 2, 3, 4].flatMap(number => [
    putVersion({
      model: 'fraud',
      number,
      state: 'candidate',
      why: 'demand',
      at: startTime,
      began: startTime,
      train: fraud.train!,
      inputs: inputCodes(number === 4 ? otherInputs : ir, fraud),
      spillway: '0',
      trained: {} as never,
    }),
    putScore('fraud', number, { kind: 'logistic', intercept: 0, weights: [], link: 'logit' } as never),
  ])
  await store.commit({ put: [...put, putPromotions('fraud', promotions), putChallenges('fraud', challenges)] })
  return store
}

const at = (entry: number, version: number): PromotionRecord => ({ version, entry, at: startTime, why: '' })

test('a promotion and a challenge are in force from the entry after theirs on, and a promotion ends a challenge', async () => {
  const store = await storeWith([at(0, 1), at(7, 2), at(9, 0)], [at(2, 3), at(7, 3), at(8, 3)])
  const reports: string[] = []
  const champions = new Champions({ ir, store: new ModelStore(), onReport: report => reports.push(report) })
  assert.equal(champions.at(fraud, 5), undefined)
  champions.useStore(store)
  const versions = Array.from({ length: 11 }, (_, entry) => champions.at(fraud, entry)?.version)
  assert.deepEqual(versions, [undefined, 1, 1, 1, 1, 1, 1, 1, 2, 2, undefined])
  const challengers = Array.from({ length: 11 }, (_, entry) => champions.challengerAt(fraud, entry)?.version)
  assert.deepEqual(challengers, [undefined, undefined, undefined, 3, 3, 3, 3, 3, undefined, 3, undefined])
  assert.deepEqual(reports, [])
})

test('if a promoted version cannot score, the one before it goes on, which is reported', async () => {
  const reports: string[] = []
  const champions = new Champions({ ir, store: await storeWith([at(3, 1), at(7, 2)], []), onReport: report => reports.push(report) })
  assert.equal(champions.afterPromotion(fraud, 3, 7)?.version, 3)
  assert.equal(reports.length, 0)
  assert.equal(champions.afterPromotion(fraud, 4, 7)?.version, 1, 'the promotion of entry 7 is the one that is carried out')
  assert.equal(champions.afterPromotion(fraud, 4, 3), undefined)
  assert.deepEqual(
    reports.map(report => report.replace(/since .*;/, 'since …;')),
    [
      "version 4 of model 'fraud' is not used, since …; version 1, which scored before, goes on until another version is promoted",
      "version 4 of model 'fraud' is not used, since …; the model's own score is used until another version is promoted",
    ],
  )
  assert.match(reports[0], /since it was trained on other inputs: /)
})

test('a version that cannot score, number 0, and a model that is not trained have no challenger', async () => {
  const champions = new Champions({ ir, store: await storeWith([], []), onReport: report => assert.fail(report) })
  const { train: _, ...untrained } = fraud
  assert.equal(champions.challenger(fraud, 3)?.version, 3)
  for (const [model, version] of [
    [fraud, 0],
    [fraud, 4],
    [fraud, 9],
    [untrained, 3],
  ] as const)
    assert.equal(champions.challenger(model, version), undefined)
  assert.equal(champions.at(untrained, Infinity), undefined)
})
