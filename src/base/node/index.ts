/** Node's side of the base: files written whole, diagnostics channels, heap and memory, secrets, threads that answer synchronously. */
export { writeAtomically } from './atomic-write.ts'
export { channels, type DecisionMessage, type EffectMessage, type RunMessage, type StageMs, subscribeTo } from './channels.ts'
export { keepCompiledCode, letHeapGrow } from './heap.ts'
export { threadMemoryBytes } from './memory.ts'
export { packageVersion } from './package-version.ts'
export { newSecret } from './secret.ts'
export { shortPath } from './short-path.ts'
export { answerCalls, SyncThread } from './sync-thread.ts'
