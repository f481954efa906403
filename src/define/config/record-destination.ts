/** The destinations of decisions and dead letters in `spillway.config.ts`. */
import { show } from '../../base/index.ts'
import { type Effect, EffectValue } from '../action/effect.ts'
import type { EffectIR } from '../ir/index.ts'
import { mistake } from '../mistake/mistake.ts'
import { mapSettingFiles } from './setting-paths.ts'

const kinds: ReadonlySet<EffectIR['kind'] | undefined> = new Set(['destination', 'webhook', 'kafka', 'file', 'stdout'] as const)

/** Throws `SPILL_DEFINITION` for a value that is no effect, or an effect that needs an action. */
export function checkRecordDestination(key: string, value: unknown): void {
  const { ir } = Object(value) as Partial<EffectValue>
  if (!(value instanceof EffectValue) || !kinds.has(ir?.kind))
    mistake(`${key} is kafka('topic'), webhook(…), appendTo(…), stdout() or destination({ … }), got ${show(ir?.kind ?? value)}`)
}

/** The same destination, with other paths of the files that it names. */
export function destinationWithPaths(effect: Effect, pathOf: (path: string) => string): Effect {
  const { ir, open } = effect as unknown as EffectValue
  const moved =
    ir.kind === 'file' && ir.path.kind === 'value'
      ? { ...ir, path: { ...ir.path, value: pathOf(ir.path.value) } }
      : mapSettingFiles(ir, pathOf)
  return new EffectValue(moved, open) as unknown as Effect
}
