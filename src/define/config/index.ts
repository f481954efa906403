/** The settings of a project: `spillway.config.ts`. */
export { type AlertDestinationIR, alertDestinationsIR } from './alert-destinations.ts'
export { type Config, defineConfig, type ProjectSettings, type SourceSettings } from './config.ts'
