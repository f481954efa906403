/**
 * Bundles the dashboard's browser code: one script and one stylesheet. `npm run build` does it for the package, and a server that runs
 * from the sources does it in memory when its first page is opened. Costs 0.1 s.
 */
import { basename, join } from 'node:path'
import { SpillwayError } from '../../base/index.ts'

/** One file of the bundle. */
export interface BundleFile {
  /** `main.js` or `main.css`. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** Bundles the sources in a folder. Throws `SPILL_PACKAGE` without esbuild, which is a package for developers alone. */
export async function bundleDashboard(sources: string): Promise<readonly BundleFile[]> {
  const { build, stop } = await import('esbuild').catch((error: unknown) => {
    throw new SpillwayError('SPILL_PACKAGE', 'the dashboard is bundled from its sources by esbuild, which is not installed: npm ci', {
      cause: error,
    })
  })
  try {
    const { outputFiles } = await build({
      entryPoints: [join(sources, 'main.tsx')],
      outdir: sources,
      write: false,
      bundle: true,
      minify: true,
      format: 'esm',
      target: 'es2023',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      legalComments: 'none',
      logLevel: 'silent',
    })
    return outputFiles.map(({ path, contents }) => ({ name: basename(path), bytes: contents }))
  } finally {
    await stop()
  }
}
