/** Node's side of the base: files written whole, diagnostics channels, the version of the package, short paths. */
export { writeAtomically } from './atomic-write.ts'
export { channels, type DecisionMessage, type EffectMessage, type RunMessage, type StageMs, subscribeTo } from './channels.ts'
export { packageVersion } from './package-version.ts'
export { shortPath } from './short-path.ts'
