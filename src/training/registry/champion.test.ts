import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTime, fraudPipeline } from '../../../test/training/fraud-pipeline.ts'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { random } from '../../base/random.ts'
import { Champions } from '../../run/decide/champions.ts'
import { inputCodes } from './input-codes.ts'
import { championFinder, modelVersions } from './champion.ts'
import type { NamedWrite } from '../../log/store.ts'
import { putPromotions, putScore, putVersion } from './registry.ts'
import type { PromotionRecord, ModelVersion } from './version.ts'

const files = (['1d', '2d'] as const).map(window => fraudPipeline({ algorithm: 'logistic' }, { window }))

/** Versions that were trained by either file. */
const versionsOf = (files_: readonly number[]): ModelVersion[] =>
  files_.map((file, i) => {
    const { ir } = files[file]
    const [model] = ir.models
    return {
      model: model.name,
      number: i + 1,
      state: 'candidate',
      why: 'demand',
      at: startTime,
      began: startTime,
      train: model.train!,
      inputs: inputCodes(ir, model),
      spillway: '0',
      trained: {} as never,
    }
  })

test('the listed champion is the version that scores in a run, after 300 random histories of promotions', async () => {
  const chance = random(218)
  const below = (most: number): number => Math.floor(chance() * most)
  let passedOver = 0
  for (let round = 0; round < 300; round++) {
    const store = new ModelStore(undefined, true)
    const versions = versionsOf(Array.from({ length: 1 + below(4) }, () => below(2)))
    // Where a version is promoted, that is what the registry keeps of it, whatever file runs later.
    const promotions = Array.from({ length: below(6) }, (_, entry): PromotionRecord => ({
      version: below(versions.length + 1),
      entry,
      at: startTime,
      why: '',
    }))
    const last = promotions.at(-1)?.version
    const put = [
      ...versions.flatMap((version): NamedWrite[] => [
        putVersion({ ...version, state: version.number === last ? 'champion' : 'retired' }),
        putScore('fraud', version.number, { kind: 'logistic', intercept: 0, weights: [], link: 'logit' } as never),
      ]),
      putPromotions('fraud', promotions),
    ]
    await store.commit({ put })
    for (const { ir } of files) {
      const [model] = ir.models
      const scores = new Champions({ ir, store, onReport: () => {} }).at(model, Infinity)?.version ?? 0
      const { versions: listed, champion, skipped: passed } = modelVersions(store, ir, model)
      assert.equal(champion, scores)
      assert.deepEqual(
        listed.filter(({ state }) => state === 'champion').map(({ number }) => number),
        scores === 0 ? [] : [scores],
      )
      assert.equal(championFinder(store, ir)(model), scores)
      if (passed.length > 0) passedOver++
    }
  }
  assert.ok(passedOver > 50)
})
