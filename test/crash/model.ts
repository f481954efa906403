/** Kind `model`: the protocol of log and run on a model store, with a crash at any step. */
import type { CrashCase } from './case.ts'
import { judge, type Judgement } from './judge.ts'
import { runModel, type MakeStore } from './model-run.ts'

export interface CaseResult extends Judgement {
  readonly crashes: number
}

export async function crashModel(of: CrashCase, makeStore?: MakeStore): Promise<CaseResult> {
  const { driven, disk, crashes } = await runModel(of, makeStore)
  return { ...(await judge(driven, disk)), crashes }
}
