/** Chromium without a window, for pages that people read: Debian's, installed on this machine, or taken out of its packages into a folder. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isOurs, librariesOf, unpackPackages } from '../debian/unpack.ts'

const UNPACKED = process.getuid?.() === 0 ? join(tmpdir(), 'spillway-chromium') : resolve('.peers/chromium')
const FONTS = ['fonts-liberation', 'fonts-dejavu-core']

export interface Program {
  readonly path: string
  /** What it needs of the environment. */
  readonly env: Readonly<Record<string, string>>
}

/** The browser that is here, if one is. */
export function browserProgram(): Program | undefined {
  for (const root of ['/', ...(isOurs(UNPACKED) ? [UNPACKED] : [])]) {
    const path = join(root, 'usr/lib/chromium/chromium')
    if (existsSync(path)) return { path, env: root === '/' ? {} : { ...librariesOf(root, 'pulseaudio'), FONTCONFIG_FILE: fontList(root) } }
  }
  return undefined
}

/** Where fonts are, since the list that Debian has says only where installed ones are. */
function fontList(root: string): string {
  const path = join(root, 'fonts.conf')
  if (!existsSync(path)) {
    const folders = [join(root, 'usr/share/fonts'), '/usr/share/fonts'].map(folder => `<dir>${folder}</dir>`).join('')
    mkdirSync(join(root, 'font-cache'), { recursive: true })
    // For fonts that a page names by what they are for, and for those that are not here.
    const otherwise = '<match><edit name="family" mode="append_last"><string>Liberation Sans</string></edit></match>'
    writeFileSync(
      path,
      `<?xml version="1.0"?><fontconfig>${folders}<cachedir>${join(root, 'font-cache')}</cachedir>${otherwise}</fontconfig>\n`,
    )
  }
  return path
}

/** Brings one here, unless there is one. Throws, saying why, where that cannot be: no Debian, no network. Bounded in time. */
export function bringBrowser(): void {
  if (browserProgram()) return
  unpackPackages(['chromium', ...FONTS], UNPACKED)
  if (!browserProgram()) throw new Error('the packages of chromium have no browser for this machine')
}
