/** Opens the dashboard of `spillway dev` in the browser of the person who typed the command. */
import { spawn } from 'node:child_process'

/** The process that may open a browser. */
interface BrowserHost {
  readonly platform: NodeJS.Platform
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Is there a person with a browser on this machine? Not without a terminal, in CI, or over SSH, nor on a Linux without a display; `BROWSER=none` says
 * no as well.
 */
export function hasBrowser({ platform, isTerminal, env }: BrowserHost): boolean {
  if (!isTerminal || env['CI'] !== undefined || env['SSH_CONNECTION'] !== undefined || env['BROWSER'] === 'none') return false
  return platform === 'darwin' || platform === 'win32' || env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined
}

/** The program of a platform that opens an address in the default browser, and its arguments. */
export function browserCommand(platform: NodeJS.Platform, url: string): readonly [program: string, ...args: string[]] {
  if (platform === 'darwin') return ['open', url]
  // The first argument of `start` in quotes is the title of a window.
  return platform === 'win32' ? ['cmd', '/c', 'start', '""', url] : ['xdg-open', url]
}

/** Opens an address in the browser. The address was printed, so a program that is missing or fails is no error. */
export function openBrowser(url: string): void {
  const [program, ...args] = browserCommand(process.platform, url)
  const child = spawn(program, args, { stdio: 'ignore', detached: true })
  child.once('error', () => {})
  child.unref()
}
