/** The model registry of a data folder, beside its log, or of a folder of its own: reading, and promotions by hand. */
import { existsSync } from 'node:fs'
import { wallClock, SpillwayError } from '../base/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import type { NamedValues, NamedWrite } from '../log/index.ts'
import { ModelLifecycle } from '../run/index.ts'
import { checkPromotable, rollbackVersion, RegistryFolder, putPendingPromotion } from '../training/registry/index.ts'
import { changeFolder } from './folder-change.ts'
import { withFolder } from './folder.ts'
import { RegisteredModels } from './models.ts'

/** Access to the versions of models. */
export interface VersionRegistry {
  /** Reads the current versions. */
  read<T>(use: (models: RegisteredModels) => T | Promise<T>): Promise<T>
  /**
   * Commits a change. A data folder must be free, and its operator log records the change: `command` such as `models promote`,
   * `target` the model and version.
   */
  change(command: string, target: string, change: (values: NamedValues) => readonly NamedWrite[]): Promise<void>
  /** True if a promotion takes effect as a marker in a log, which the next run appends. */
  readonly hasLog: boolean
}

/** The registry of a data folder. Its methods throw like `withFolder` and `changeFolder`. */
export const dataFolderRegistry = (data: string): VersionRegistry => ({
  hasLog: true,
  read: use => withFolder(data, ({ models }) => use(models)),
  change: (command, target, change) =>
    changeFolder(data, { subject: 'models', command, targets: target }, (store, log) => store.commit({ put: change(log) })),
})

/** A registry in a folder of its own. Its methods throw `SPILL_STORE` for a folder that does not exist. */
export function separateRegistry(path: string): VersionRegistry {
  const folder = new RegistryFolder(path)
  const existing = (): RegistryFolder => {
    if (existsSync(path)) return folder
    throw new SpillwayError('SPILL_STORE', 'does not exist; create a registry with spillway train --source … --registry', { place: path })
  }
  return {
    hasLog: false,
    read: async use => use(new RegisteredModels(existing())),
    change: async (_command, _target, change) => folder.commit(change(existing())),
  }
}

/**
 * Makes a version the champion: at once in a registry of its own, and from the first entry of the next run on in a data folder.
 *
 * @param version The number of a version; 0 is the score of the definition, `previous` the version that scored before.
 * @returns The number of the champion.
 * @throws `SPILL_NOT_FOUND` for an unknown model, `SPILL_INPUT` for an untrained one, `SPILL_CONFLICT` for a version that cannot score or if nothing was promoted.
 */
export async function promoteVersion(
  registry: VersionRegistry,
  ir: PipelineIR,
  model: string,
  version: number | 'previous',
): Promise<number> {
  let champion = 0
  const [command, target] = version === 'previous' ? ['models rollback', model] : ['models promote', `${model} ${version}`]
  await registry.change(command, target, values => {
    champion = version === 'previous' ? rollbackVersion(values, model) : version
    checkPromotable(values, ir, model, champion)
    const promotion = { version: champion, why: version === 'previous' ? 'rolled back' : 'by hand', at: wallClock() }
    if (registry.hasLog) return [putPendingPromotion(model, promotion)]
    return new ModelLifecycle(ir, model, values).promote(promotion)
  })
  return champion
}
