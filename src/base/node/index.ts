/** Node's side of the base: files written whole, diagnostics channels, the version of the package, short paths, settings from the environment and from files. */
export {
  channels,
  type DecisionMessage,
  type DecisionTraceContext,
  type DeliveryMessage,
  type EffectMessage,
  type RunMessage,
  type StageMs,
  subscribeTo,
} from './channels.ts'
export { packageVersion, shortPath, writeAtomically } from './files.ts'
export { yieldProcessor } from './priority.ts'
export { type SettingReader, settingReader } from './setting-reader.ts'
