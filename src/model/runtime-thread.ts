/** The thread of a user's runtime that answers with promises: loads its module and models, and scores one batch after the other. */
import { answerCalls } from './sync-thread.ts'
import { show, thrownText } from '../base/index.ts'
import type { LoadedThreadModel, RuntimeAnswer, RuntimeCall, ThreadRuntime, ThreadScores } from './thread-runtime.ts'

const models = new Map<number, LoadedThreadModel>()

answerCalls<RuntimeCall, RuntimeAnswer>(call =>
  answerTo(call).catch((error: unknown) => ({ kind: 'failed', why: thrownText(error, 'it') })),
)

async function answerTo(call: RuntimeCall): Promise<RuntimeAnswer> {
  switch (call.kind) {
    case 'load': {
      const { default: runtime } = (await import(call.module)) as { readonly default?: ThreadRuntime }
      if (typeof runtime?.load !== 'function') throw new Error(`the default export of ${call.module} is a runtime { load }`)
      models.set(call.id, await runtime.load(call.model))
      return { kind: 'done' }
    }
    case 'score':
      return { kind: 'scores', ...checkedScores(await models.get(call.id)!.score({ length: call.length, columns: call.columns })) }
    case 'close': {
      const model = models.get(call.id)
      models.delete(call.id)
      await model?.close?.()
      return { kind: 'done' }
    }
  }
}

/** Only its own fields, which a message can carry. */
function checkedScores(answer: unknown): ThreadScores {
  const { scores, rejected } = Object(answer) as { readonly scores?: unknown; readonly rejected?: unknown }
  if (!(scores instanceof Float64Array)) throw new Error(`score resolves with { scores: Float64Array }, got ${show(answer)}`)
  if (rejected === undefined) return { scores }
  if (!Array.isArray(rejected)) throw new Error(`rejected is a list of [row, why], got ${show(rejected)}`)
  return { scores, rejected: rejected.map(([row, why]: readonly unknown[]) => [Number(row), String(why)] as const) }
}
