/** The settings of a project: `spillway.config.ts`. */
export type { AlertDestinationIR } from './alert-destinations.ts'
export { type Config, defineConfig, type ProjectSettings, type SourceSettings } from './config.ts'
