/** Headless Chromium from Debian: the installed one, or one unpacked from its packages into a folder. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isOurs, librariesOf, unpackPackages } from '../debian/unpack.ts'

const UNPACKED = process.getuid?.() === 0 ? join(tmpdir(), 'spillway-chromium') : resolve('.peers/chromium')
const FONTS = ['fonts-liberation', 'fonts-dejavu-core']

export interface Program {
  readonly path: string
  /** Its environment variables. */
  readonly env: Readonly<Record<string, string>>
}

/** The browser on this machine, if any. */
export function browserProgram(): Program | undefined {
  for (const root of ['/', ...(isOurs(UNPACKED) ? [UNPACKED] : [])]) {
    const path = join(root, 'usr/lib/chromium/chromium')
    if (existsSync(path)) return { path, env: root === '/' ? {} : { ...librariesOf(root, 'pulseaudio'), FONTCONFIG_FILE: fontList(root) } }
  }
  return undefined
}

/** Locations of fonts: Debian's own list has only those of installed packages. */
function fontList(root: string): string {
  const path = join(root, 'fonts.conf')
  if (!existsSync(path)) {
    const folders = [join(root, 'usr/share/fonts'), '/usr/share/fonts'].map(folder => `<dir>${folder}</dir>`).join('')
    mkdirSync(join(root, 'font-cache'), { recursive: true })
    // For generic font names, and for fonts that are not installed.
    const otherwise = '<match><edit name="family" mode="append_last"><string>Liberation Sans</string></edit></match>'
    writeFileSync(
      path,
      `<?xml version="1.0"?><fontconfig>${folders}<cachedir>${join(root, 'font-cache')}</cachedir>${otherwise}</fontconfig>\n`,
    )
  }
  return path
}

/** Installs one, unless there is one. Throws with the reason if that is impossible: no Debian, no network. Bounded in time. */
export function bringBrowser(): void {
  if (browserProgram()) return
  unpackPackages(['chromium', ...FONTS], UNPACKED)
  if (!browserProgram()) throw new Error('the packages of chromium have no browser for this machine')
}
