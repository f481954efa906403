/**
 * `npm run docs`: builds the documentation site into `site/dist/`. Copies the Markdown of the repository to `site/pages/` with the links of the
 * site, generates the API reference beside it, and runs VitePress. A warning, a dead link or an undocumented export fails the build.
 *
 * The first build installs VitePress and typedoc into `site/node_modules/`; every later one works offline.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { exportedNames, missingExports } from './api-pages.ts'
import { sitePath, withSiteLinks } from './links.ts'
import { home, sections } from './sidebar.ts'

process.chdir(join(import.meta.dirname, '..'))
const site = 'site'

/** VitePress's compiler reads the library's `tsconfig.json` on its way up, and does not know its target. Nothing of it is compiled here. */
const unknownTarget = /▲ \[WARNING\] Unrecognized target environment "es\d+" \[tsconfig\.json\][^]*?╵ *~+\n/

if (!isInstalled()) run('npm', ['ci', '--loglevel=error'])
for (const folder of ['pages', 'dist']) rmSync(join(site, folder), { recursive: true, force: true })
copyPages()
run('node_modules/.bin/typedoc', ['--options', 'typedoc.json'])
checkApiPages()
const output = run('node_modules/.bin/vitepress', ['build', '.']).replace(unknownTarget, '')
if (/warn|falling back|\(!\)/i.test(output)) stop(`VitePress warns:\n${output}`)
console.log(`The site is in ${site}/dist/. To read it: npx --prefix ${site} vitepress preview ${site}`)

/** True if the installed packages are those of the lock file. */
function isInstalled(): boolean {
  const installed = join(site, 'node_modules/.package-lock.json')
  if (!existsSync(installed)) return false
  const versions = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Package> }).packages
  const present = versions(installed)
  return Object.entries(versions(join(site, 'package-lock.json'))).every(
    ([path, { version, optional }]) => path === '' || (present[path] ? present[path].version === version : optional === true),
  )
}

interface Package {
  readonly version: string
  readonly optional?: boolean
}

/** Copies every page of the sidebar, the pages of rooms, and the pictures. */
function copyPages(): void {
  const pages = [home, ...sections.flatMap(section => section.pages), ...globSync('src/*/README.md')]
  for (const path of pages) {
    const to = join(site, 'pages', sitePath(path)!)
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, withSiteLinks(path, readFileSync(path, 'utf8')))
  }
  for (const path of globSync('docs/**/*.{svg,png}')) cpSync(path, join(site, 'pages', sitePath(path)!))
}

function checkApiPages(): void {
  // The list of entry points is docs/reference/api.md.
  rmSync(join(site, 'pages/reference/api/index.md'))
  for (const path of ['src/index.ts', ...globSync('src/public/*.ts')]) {
    const page = readFileSync(join(site, 'pages', sitePath(path)!), 'utf8')
    const names = exportedNames(readFileSync(path, 'utf8'), types => readFileSync(join(dirname(path), types), 'utf8'))
    const missing = missingExports(names, page)
    if (missing.length > 0)
      stop(`The API reference of ${basename(path)} lacks ${missing.join(', ')}. Fix: export them by name, with docstrings.`)
  }
}

/** Runs a program in `site/` and returns what it prints. If it fails, so does the build. */
function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: site,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', CI: '1' },
  })
  if (status !== 0) stop(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`)
  return stdout + stderr
}

function stop(message: string): never {
  console.error(message)
  process.exit(1)
}
