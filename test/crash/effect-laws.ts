/** Law 5 for what follows from decisions: the outbox that survived has what the decisions of its log make follow, once, in their order. */
import type { EffectRecord } from '../../src/define/action/action.ts'
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import type { NewEffect } from '../../src/log/effects.ts'
import { steadyText, unsteady } from './exact.ts'
import type { Disk } from './model-store.ts'
import { compareLists, fault, type Verdict } from './verdict.ts'

export const effectsOf = ({ commits }: Disk): NewEffect[] => commits.flatMap(({ effects = [] }) => effects)

/** `made`: by a run that takes the whole log again and never crashes. */
export function compareEffects(verdict: Verdict, ir: PipelineIR, made: Disk, disk: Disk): void {
  const texts = (of: Disk): string[] => effectsOf(of).map(effect => steadyEffect(ir, effect))
  compareLists(verdict, 'an effect', texts(made), texts(disk))
}

/** Without when it was made, and without the numbers that another run may give otherwise by a rounding. */
function steadyEffect(ir: PipelineIR, { made: _made, body, ...effect }: NewEffect): string {
  const record = JSON.parse(body) as EffectRecord
  return JSON.stringify([effect, steadyText(record, unsteady(ir, record.model))])
}

/** What was told of before a crash, and so may have been sent, is in the outbox after it as it was. */
export function checkToldEffects(verdict: Verdict, told: ReadonlyMap<string, string>, disk: Disk): void {
  const kept = new Map(effectsOf(disk).map(effect => [effect.id, JSON.stringify(effect)]))
  for (const [id, text] of told) {
    const found = kept.get(id)
    if (found === undefined) fault(verdict, 'lost', `an effect that was told of: ${text}`)
    else if (found !== text) fault(verdict, 'different', `an effect that was told of as ${text} is ${found}`)
  }
}
