/** The model registry of a data folder, beside its log, or of a folder of its own: reading, and promotions by hand. */
import { existsSync } from 'node:fs'
import { wallClock, SpillwayError } from '../base/index.ts'
import { ModelLifecycle, type Runnable } from '../run/index.ts'
import { checkPromotable, rollbackVersion, RegistryFolder } from '../training/registry/index.ts'
import { openControl } from './control/open-control.ts'
import { operatorName } from './control/operator-log.ts'
import type { ModelPromotion, PromotedVersion } from './control/run-control.ts'
import { withFolder } from './folder.ts'
import { RegisteredModels } from './models.ts'

/** Access to the versions of models. */
export interface VersionRegistry {
  /** Reads the current versions. */
  read<T>(use: (models: RegisteredModels) => T | Promise<T>): Promise<T>
  /**
   * Makes a version the champion. In a data folder a run that holds it does so at once; otherwise the version scores from the first entry of
   * the next run on. The operator log of a data folder records it.
   *
   * @throws As `RunControl.promoteModel` does.
   */
  promote(pipeline: Runnable, promotion: ModelPromotion): Promise<PromotedVersion>
}

/** The registry of a data folder. Its methods throw like `withFolder` and `openControl`. */
export const dataFolderRegistry = (data: string): VersionRegistry => ({
  read: use => withFolder(data, ({ models }) => use(models)),
  async promote(pipeline, promotion) {
    const opened = await openControl(data, { pipeline })
    try {
      return await opened.control.promoteModel(promotion, operatorName())
    } finally {
      await opened.close()
    }
  },
})

/** A registry in a folder of its own. Its methods throw `SPILL_STORE` for a folder that does not exist. */
export function separateRegistry(path: string): VersionRegistry {
  const folder = new RegistryFolder(path)
  const existing = (): RegistryFolder => {
    if (existsSync(path)) return folder
    throw new SpillwayError('SPILL_STORE', 'does not exist; create a registry with spillway train --source … --registry', { place: path })
  }
  return {
    read: async use => use(new RegisteredModels(existing())),
    async promote({ ir }, { model, version: requested }) {
      const values = existing()
      const version = requested === 'previous' ? rollbackVersion(values, model) : requested
      checkPromotable(values, ir, model, version)
      const why = requested === 'previous' ? 'rolled back' : 'by hand'
      folder.commit(new ModelLifecycle(ir, model, values).promote({ version, why, at: wallClock() }))
      return { version, waitsForRun: false }
    },
  }
}
