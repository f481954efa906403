/**
 * Script and stylesheet of the dashboard, under names with a hash of their content, so that a browser keeps them for ever and a new
 * version has new names.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { bundleDashboard, type BundleFile } from './bundle.ts'

/** A file of the dashboard as it is sent. */
export interface Asset {
  /** `main-3f9a1c77.js`. */
  readonly name: string
  readonly type: string
  readonly bytes: Buffer
  readonly gzipped: Buffer
}

/** The files of the dashboard by name. */
export interface DashboardAssets {
  readonly script: Asset
  readonly style: Asset
  byName(name: string): Asset | undefined
}

const folder = fileURLToPath(new URL('../../ui/', import.meta.url))
const types: Readonly<Record<string, string>> = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' }

let loading: Promise<DashboardAssets> | undefined

/** The files, loaded once in a process. A failure is forgotten, so that the next request tries again. */
export function dashboardAssets(): Promise<DashboardAssets> {
  loading ??= loadAssets().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

async function loadAssets(): Promise<DashboardAssets> {
  const files = existsSync(join(folder, 'main.tsx')) ? await bundleDashboard(folder) : builtFiles()
  const assets = files.map(assetOf)
  const find = (extension: string): Asset => assets.find(({ name }) => extname(name) === extension)!
  return { script: find('.js'), style: find('.css'), byName: name => assets.find(asset => asset.name === name) }
}

const builtFiles = (): BundleFile[] =>
  readdirSync(folder)
    .filter(name => Object.hasOwn(types, extname(name)))
    .map(name => ({ name, bytes: readFileSync(join(folder, name)) }))

function assetOf({ name, bytes }: BundleFile): Asset {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8)
  const extension = extname(name)
  const content = Buffer.from(bytes)
  return {
    name: `${name.slice(0, -extension.length)}-${hash}${extension}`,
    type: types[extension],
    bytes: content,
    gzipped: gzipSync(content),
  }
}
