/** Precomputation changes no column, to the bit, for any requests in any order. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelIR, PipelineIR } from '../../../define/ir/ir.ts'
import type { Plan } from '../../domain/element.ts'
import { Replays, type Replayed } from '../replay/replays.ts'
import { isReplayed, logOf } from '../../../../test/property/engines/replay-order.ts'
import { deciding } from '../../../../test/property/generate/deciders.ts'
import { PlanThreads, PrecomputedPlans, type PlanOwner } from './precomputed-plans.ts'
import { createClaims, markDone, tryClaim, isDone, releaseResult, reserveResult } from './shared-memory.ts'

/** Random pipelines on events and at ticks. */
function cases(): { readonly ir: PipelineIR; readonly model: ModelIR; readonly material: NonNullable<ReturnType<typeof deciding>> }[] {
  const result: ReturnType<typeof cases> = []
  for (let seed = 1; result.length < 4; seed++) {
    const generated = deciding(seed)
    if (!generated || !isReplayed(generated.log)) continue
    const kind = result.length % 2 === 0 ? 'on' : 'every'
    const model = generated.ir.models.find(({ decide }) => decide.kind === kind)!
    try {
      const replays = new Replays({ ir: generated.ir, model }, logOf(generated.ir, generated.log, generated.run))
      if (replays.rows.length > 5) result.push({ ir: generated.ir, model, material: generated })
    } catch {
      continue
    }
  }
  return result
}

const plansOf = ({ groups }: PipelineIR): Plan[] => [
  new Map(),
  ...[0, 7, 100, 5000].map((by): Plan => new Map(groups.map(({ name }) => [`group/${name}`, { kind: 'older', by }]))),
  new Map([['ingestion', { kind: 'older', by: 50 }]]),
  new Map([['ingestion', { kind: 'every', every: 1000 }]]),
  new Map([[`group/${groups[0].name}`, { kind: 'stream' }]]),
]

const columnsOf = ({ inputs }: Replayed) => [...inputs.features].map(([id, { columns }]) => [id, columns.out])

test('threads compute the same columns as the main thread', async () => {
  let used = 0
  for (const { ir, model, material } of cases()) {
    const log = () => logOf(ir, material.log, material.run)
    const [alone, together] = [new Replays({ ir, model }, log()), new Replays({ ir, model }, log())]
    const plans = plansOf(ir)
    const here: PlanOwner = {
      compute: async plan => together.under(plan).inputs,
      store: (plan, { columns }) => together.storeColumns(plan, columns!),
    }
    const byId = new Map(plans.map(plan => [together.idOf(plan), plan]))
    const threads = new PlanThreads({ ir, model, log: log() }, 2)
    const ahead = new PrecomputedPlans(threads, { selection: undefined, scored: undefined, keepsColumns: true }, byId, here, {
      maxUnused: 3,
    })
    try {
      await ahead.first
      // Also plans that were not prepared, and in a different order.
      const later: Plan = new Map([['ingestion', { kind: 'older', by: 3 }]])
      for (const plan of [plans[3], later, ...plans, plans[1]]) {
        await ahead.ensureComputed(together.idOf(plan))
        assert.deepEqual(
          columnsOf(together.under(plan)),
          columnsOf(alone.under(plan)),
          `${ir.name}, ${model.name}: ${JSON.stringify([...plan])}`,
        )
      }
      used += ahead.work.used
    } finally {
      threads.end()
    }
  }
  assert.ok(used >= 4, `only ${used} plans were made by threads`)
})

test('a job is claimed once, and unused results are bounded', () => {
  const claims = createClaims(3, 2)
  assert.deepEqual([tryClaim(claims, 1), tryClaim(claims, 1), tryClaim(claims, 2)], [true, false, true])
  markDone(claims, 1)
  assert.deepEqual([isDone(claims, 1), isDone(claims, 2), tryClaim(claims, 1)], [true, false, false])
  reserveResult(claims)
  reserveResult(claims)
  assert.equal(claims.words[3], 2)
  releaseResult(claims)
  reserveResult(claims)
  assert.equal(claims.words[3], 2)
})
