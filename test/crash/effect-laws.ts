/** Law 5 for effects: the surviving outbox has exactly the effects of its log's decisions, once, in order. */
import type { EffectRecord } from '../../src/define/action/action.ts'
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import type { NewEffect } from '../../src/log/effects.ts'
import { steadyText, unsteady } from './exact-inputs.ts'
import type { Disk } from './model-store.ts'
import { compareLists, fault, type Verdict } from './verdict.ts'

export const effectsOf = ({ commits }: Disk): NewEffect[] => commits.flatMap(({ effects = [] }) => effects)

/** `replayed`: by a run that replays the whole log and never crashes. */
export function compareEffects(verdict: Verdict, ir: PipelineIR, replayed: Disk, disk: Disk): void {
  const texts = (of: Disk): string[] => effectsOf(of).map(effect => steadyEffect(ir, effect))
  compareLists(verdict, 'an effect', texts(replayed), texts(disk))
}

/** Without the time of creation, and without numbers that may differ by rounding in another run. */
function steadyEffect(ir: PipelineIR, { decidedAt: _decidedAt, body, ...effect }: NewEffect): string {
  const record = JSON.parse(body) as EffectRecord
  return JSON.stringify([effect, steadyText(record, unsteady(ir, record.model))])
}

/** An effect that was published before a crash, and so may have been sent, is unchanged in the outbox afterwards. */
export function checkPublishedEffects(verdict: Verdict, published: ReadonlyMap<string, string>, disk: Disk): void {
  const recorded = new Map(effectsOf(disk).map(effect => [effect.id, JSON.stringify(effect)]))
  for (const [id, text] of published) {
    const recordedText = recorded.get(id)
    if (recordedText === undefined) fault(verdict, 'lost', `an effect that was told of: ${text}`)
    else if (recordedText !== text) fault(verdict, 'different', `an effect that was told of as ${text} is ${recordedText}`)
  }
}
