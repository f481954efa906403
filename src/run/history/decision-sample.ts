/** Recorded decisions of a model within a time, as many as one look may read. */
import { random } from '../../base/random.ts'
import { limits } from '../../base/limits.ts'
import { Strings } from '../../columns/strings.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { Log } from '../../log/log.ts'
import type { StoredDecisions } from '../../log/store.ts'
import type { DecidedLog } from './decided-log.ts'

/**
 * Stretches that have the decisions after `from`, UTC ms, in their order, and some of those before. Of more than `most` decisions about as many, in whole stretches, each drawn with the same chance: what is
 * decided at even intervals is neither always nor never among them. The same log gives the same.
 */
export function* drawnStretches(
  ir: PipelineIR,
  model: string,
  store: DecidedLog,
  from: number,
  most: number = limits.DRIFT_DECISIONS_MAX,
): Generator<StoredDecisions> {
  const strings = new Strings()
  const entry = new Log(store, { sources: ir.sources, stringsOf: () => strings }).since(from)
  let decisions = 0
  for (const { count } of store.decisionsFrom(model, entry)) decisions += count
  const next = random(1)
  for (const stretch of store.decisionsFrom(model, entry)) if (next() * decisions < most) yield stretch
}
