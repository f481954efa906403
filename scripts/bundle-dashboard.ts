/** Part of `npm run build`: bundles the dashboard's browser code into a folder, by default `dist/ui`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleDashboard } from '../src/serve/ui/bundle.ts'

const folder = process.argv[2] ?? 'dist/ui'
mkdirSync(folder, { recursive: true })
for (const { name, bytes } of await bundleDashboard(join(import.meta.dirname, '../src/ui'))) writeFileSync(join(folder, name), bytes)
