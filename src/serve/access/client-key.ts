/**
 * Identifies the client that a request counts for: by its token or user name, by its address otherwise. Addresses of one IPv6
 * network (/64) are one client, since a machine may use all of them.
 */
import { isIP } from 'node:net'

/** The identity of a client, as a request has it. */
export interface ClientIdentity {
  /** The name of its token or user; absent without authorization. */
  readonly client: string | undefined
  readonly ip: string
}

/** A key that differs between tokens and addresses: `token NAME` or `address IP`. */
export const clientKey = ({ client, ip }: ClientIdentity): string => (client === undefined ? `address ${networkOf(ip)}` : `token ${client}`)

const GROUPS = 8
const NETWORK_GROUPS = 4

function networkOf(ip: string): string {
  if (isIP(ip) !== 6) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped) return mapped[1]
  const [head, tail = ''] = ip.replace(/%.*$/, '').toLowerCase().split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const [first, last] = [groups(head), groups(tail)]
  const zeros = new Array<string>(Math.max(0, GROUPS - first.length - last.length)).fill('0')
  return `${[...first, ...zeros, ...last].slice(0, NETWORK_GROUPS).join(':')}::/64`
}
