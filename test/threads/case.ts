/**
 * One case of `prove threads`: a pipeline, its history and a value function as JSON, and the audit of it on a number of threads, as text.
 *
 * Costs are measured in CPU seconds, which no two runs share; here every second is zero, so that two reports may be compared byte for byte.
 */
import { audit } from '../../src/audit/audit.ts'
import { presetPeople } from '../../src/audit/cost/people.ts'
import { examplePrices } from '../../src/audit/cost/prices.ts'
import type { ThreadWork } from '../../src/audit/experiment/parallel/precomputed-plans.ts'
import { SpillwayError } from '../../src/base/errors.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { PipelineIR, WorthIR } from '../../src/define/ir/ir.ts'
import type { Request } from '../oracle/oracle.ts'
import { logOf } from '../property/engines/replay-order.ts'

export interface ThreadCase {
  readonly seed: number
  /** With one model, which has a label and a score of definitions alone. */
  readonly ir: PipelineIR
  readonly worth: WorthIR
  readonly log: readonly LoggedEvent[]
  readonly requests: readonly Request[]
}

export interface AuditText {
  /** The report and the proposed plan as JSON, or the error. */
  readonly text: string
  readonly isReport: boolean
  /** Work of the threads; absent without any. */
  readonly work?: ThreadWork | undefined
}

const DRAWS = 100
const PLANS = 4

/** `patient`: threads compute every plan; otherwise those that they reach before this thread does. */
export async function auditOn(of: ThreadCase, threads: number, patient = true): Promise<AuditText> {
  const { ir, worth, log, requests } = of
  let work: ThreadWork | undefined
  try {
    const { report, proposed } = await audit({ ir, scores: new Map(), fingerprint: String(of.seed) }, logOf(ir, log, { requests }), {
      model: ir.models[0],
      worth: { ir: worth },
      seed: 1,
      draws: DRAWS,
      plansMax: PLANS,
      prices: examplePrices,
      people: presetPeople,
      stages: { why: 'no run' },
      command: 'prove threads',
      seconds: () => 0,
      threads,
      ...(patient && { onThreads: (done: ThreadWork) => (work = done) }),
    })
    return { text: JSON.stringify({ report, proposed: [...proposed] }), isReport: true, work }
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error
    return { text: `${error.code}: ${error.message}`, isReport: false, work }
  }
}
