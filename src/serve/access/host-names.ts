/**
 * Which names a server is called by. A page that someone looks at may come from a name that its owner then points at this machine (DNS rebinding): the
 * browser takes the server for the page's own, and only the Host header still says which name it was.
 */
import { isIP } from 'node:net'
import { ServeError } from '../http/serve-error.ts'

const loopbackNames = ['localhost', '127.0.0.1', '::1'] as const

/** 127.0.0.0/8 and ::1. */
export const isLoopback = (address: string): boolean =>
  (isIP(address) === 4 && address.startsWith('127.')) || address === '::1' || /^::ffff:127\./i.test(address)

/**
 * The names that a server at `host` is called by: those of this machine, its own, and those that are `given`. Beyond this machine it is called as anyone likes, unless
 * some are given.
 */
export const namesOf = (host: string, isOwn: boolean, given?: readonly string[]): readonly string[] | undefined =>
  isOwn || given ? [...loopbackNames, host, ...(given ?? [])] : undefined

/** Throws 400 for more than one Host header (RFC 9112, 3.2), of which a proxy in front may have checked another than Node reads. `raw`: names and values in turn. */
export function checkSingleHost(raw: readonly string[]): void {
  let hosts = 0
  for (let i = 0; i < raw.length; i += 2) if (raw[i].length === 4 && raw[i].toLowerCase() === 'host') hosts++
  if (hosts > 1) throw new ServeError('SPILL_INPUT', `the request has ${hosts} Host headers; send one`)
}

/** Throws 421 for a Host header that names none of them. A request without one is from no browser. */
export function checkHost(header: string | undefined, names: ReadonlySet<string>): void {
  if (header === undefined) return
  const name = header
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  if (names.has(name) || isLoopback(name)) return
  const what = `this server is not called '${name.slice(0, 100)}'; call it by ${[...names].join(', ')}, or, if that is its name, start it with --host ${name.slice(0, 100)}`
  throw new ServeError('SPILL_INPUT', what, { status: 421 })
}
