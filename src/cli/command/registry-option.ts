/** Where a command finds versions of models: beside the log of a data folder, or in a folder of their own. */
import { existsSync } from 'node:fs'
import { SpillwayError } from '../../base/errors.ts'
import { lookInto } from '../../log/sqlite/data-folder.ts'
import { RegistryFolder } from '../../training/registry/folder.ts'
import type { NamedValues, Put } from '../../training/registry/registry.ts'
import { UsageError, type OptionSpec } from './command.ts'
import { dataOf, dataOption } from './data-option.ts'
import { changeFolder } from './folder-change.ts'

export const registryOptions = {
  data: dataOption,
  registry: { type: 'string', value: 'DIR', help: 'a folder of versions alone, for work on files, in place of a data folder' },
} satisfies Readonly<Record<string, OptionSpec>>

export interface Registry {
  /** The versions as they stand. */
  look<T>(use: (values: NamedValues) => T | Promise<T>): Promise<T>
  /** Changes them; in a data folder, while nothing runs there, and audited. `what` as `models promote`, `to` what it is done to. */
  change(what: string, to: string, change: (values: NamedValues) => readonly Put[] | Promise<readonly Put[]>): Promise<void>
  /** Is a promotion a mark in a log, which a run makes? */
  readonly hasLog: boolean
}

export function registryOf(values: Readonly<Record<string, unknown>>): Registry {
  const path = values['registry'] as string | undefined
  if (path === undefined) return inData(dataOf(values))
  if (values['data'] !== undefined) throw new UsageError('--data and --registry are two registries; leave one out')
  const folder = new RegistryFolder(path)
  return {
    hasLog: false,
    look: async use => use(there(folder, path)),
    change: async (_what, _to, change) => folder.commit(await change(there(folder, path))),
  }
}

/** Throws `SPILL_STORE` for a folder that is not there. */
function there(folder: RegistryFolder, path: string): RegistryFolder {
  if (existsSync(path)) return folder
  throw new SpillwayError('SPILL_STORE', 'is not there: no registry was made here; spillway train --source … --registry makes one', {
    place: path,
  })
}

const inData = (data: string): Registry => ({
  hasLog: true,
  look: use => lookInto(data, use),
  change: (what, to, change) =>
    changeFolder(data, { of: 'models', what, numbers: to }, async (store, reader) => store.commit({ put: await change(reader) })),
})
