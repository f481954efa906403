/** The settings of a project: `spillway.config.ts`. */
export { type Config, defineConfig, type ProjectSettings, type SourceSettings } from './config.ts'
