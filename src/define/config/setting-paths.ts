/** Paths in settings of `spillway.config.ts`, which are relative to its folder. */
import type { SettingIR } from '../ir/index.ts'

/** A copy of plain data with other paths in its settings that name files. */
export function mapSettingFiles<T>(data: T, pathOf: (path: string) => string): T {
  if (typeof data !== 'object' || data === null) return data
  const { kind, name } = data as Partial<Extract<SettingIR, { kind: 'file' }>>
  if (kind === 'file' && name !== undefined) return { ...data, name: pathOf(name) }
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, mapSettingFiles(value, pathOf)])) as T
}
