/** A history as threads share it: its columns are copied once, into memory that all of them see. */
import { Strings } from '../../../columns/strings.ts'
import { shared, sharedBlock } from '../../../columns/shared.ts'
import type { ModelIR, PipelineIR } from '../../../define/ir.ts'
import { groupReads } from '../../../decision/reads.ts'
import type { ReplayLog } from '../../../replay/log.ts'
import type { LookedAt } from '../looked-at.ts'
import type { Labelled } from '../refit/learnt.ts'
import type { Arm, RunningScore } from '../scorer.ts'
import type { RowRange } from '../../cases.ts'

export interface SentLog extends Omit<ReplayLog, 'strings' | 'prefixes' | 'requests'> {
  /** By id. */
  readonly texts: readonly string[]
  /** For the events of the source that triggers: how many of each source that is read stand before or at it. */
  readonly prefixes: ReadonlyMap<string, Int32Array>
}

/** Of requests only the log itself knows what stands before them. */
export const isSendable = ({ decide }: ModelIR): boolean => decide.kind !== 'request'

/** Whether scores, and models that are trained anew, are made of definitions alone: no function, file or command of the user's. */
export const isScoredByDefinition = ({ score: { kind }, train }: ModelIR): boolean =>
  kind !== 'function' && kind !== 'onnx' && (train === undefined || typeof train.algorithm === 'string')

export function sentLog(ir: PipelineIR, model: ModelIR, log: ReplayLog): SentLog {
  const { decide } = model
  const read = decide.kind === 'on' ? [decide.source, ...groupReads(ir, model).map(({ group }) => group.source)] : []
  const prefixes = [...new Set(read)].map(source => [source, shared(log.prefixes(source, (decide as { source: string }).source))] as const)
  const histories = [...log.histories].map(([name, history]) => [name, { ...history, block: sharedBlock(history.block) }] as const)
  const sent = {
    ...log,
    histories: new Map(histories),
    texts: Array.from({ length: log.strings.size }, (_, id) => log.strings.textOf(id)),
    prefixes: new Map(prefixes),
    strings: undefined,
    requests: undefined,
  }
  return sent
}

/** The log in another thread, with the same ids. */
export function receivedLog({ texts, prefixes, ...log }: SentLog): ReplayLog {
  const strings = new Strings()
  for (const text of texts) strings.idOf(text)
  return { ...log, strings, requests: new Map(), prefixes: source => prefixes.get(source)! }
}

export const sentCases = (lookedAt: LookedAt | undefined): LookedAt | undefined =>
  lookedAt && { cases: shared(lookedAt.cases), places: shared(lookedAt.places) }

/** What scores are made of beside inputs, and which; none where a thread cannot make them. */
export interface SentScoring {
  readonly cases: Labelled
  readonly rows: RowRange
  readonly arms: readonly Arm[]
  /** Whether each decision stands for itself alone: then it is said how they rank, too. */
  readonly isRanked: boolean
  /** Which models score the arm `frozen`; the definition's own score unless given. */
  readonly running?: readonly RunningScore[] | undefined
}

export function sentScoring(scoring: SentScoring | undefined): SentScoring | undefined {
  if (!scoring) return undefined
  const { length, t, label, known, eligible, blocks } = scoring.cases
  const cases = { length, t: shared(t), label: shared(label), known: shared(known), eligible: shared(eligible), blocks }
  return { ...scoring, cases }
}
