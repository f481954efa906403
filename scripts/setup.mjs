/**
 * Runs before `npm start`, `npm test` and similar scripts, on any Node from 18: installs the packages of the lock file, once. They include
 * the pinned Node itself, which npm puts first in the PATH of every script.
 *
 * Compares the contents of the lock file with npm's record of the installed packages, since file times are unreliable after a clone or a
 * copy. Costs 40 ms when there is nothing to do. Writes to standard error only.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const pinnedNode = process.platform === 'win32' ? 'node_modules/node/bin/node.exe' : 'node_modules/node/bin/node'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
if (!isInstalled()) install()

/** True if every package that the lock file requires here is installed at its version, including Node. */
function isInstalled() {
  if (!existsSync('node_modules/.package-lock.json') || !existsSync(pinnedNode)) return false
  const required = packagesOf('package-lock.json')
  const installed = packagesOf('node_modules/.package-lock.json')
  const { devDependencies = {} } = required['']
  return Object.entries(required).every(([path, { version, integrity, optional, devOptional: devOrOptional }]) => {
    if (path === '') return true
    const installedPackage = installed[path]
    // A package that tests need may be an optional peer of users.
    const devOptional = devOrOptional && !(path.replace('node_modules/', '') in devDependencies)
    return installedPackage
      ? installedPackage.version === version && installedPackage.integrity === integrity
      : optional === true || devOptional === true
  })
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

function install() {
  console.error('Installing packages, once …')
  const onWindows = process.platform === 'win32'
  // onnxruntime-node would download libraries for graphics cards, hundreds of megabytes that no test uses.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' }
  const { status } = spawnSync('npm', ['ci', '--loglevel=error'], { stdio: ['ignore', 2, 2], shell: onWindows, env })
  if (status !== 0) stop('npm ci failed: see above. Set-up needs the network, once.', status ?? 1)
  if (!existsSync(pinnedNode)) stop('npm installed no Node, since install scripts are off. Fix: npm rebuild node --ignore-scripts=false', 1)
}

function stop(message, status) {
  console.error(message)
  process.exit(status)
}
