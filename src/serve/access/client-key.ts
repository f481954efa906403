/** The client for whom a request's share of the server is counted: its token or user, or its address where it has none. */
import { isIP } from 'node:net'

/** The client's identity, as a request gives it. */
export interface Client {
  /** The name of its token or user. */
  readonly client: string | undefined
  readonly ip: string
}

/** A name that no client of another kind has. Addresses of one IPv6 network (/64) are one client: a machine has all of them. */
export const clientKey = ({ client, ip }: Client): string => (client === undefined ? `address ${networkOf(ip)}` : `token ${client}`)

const GROUPS = 8
const NETWORK_GROUPS = 4

function networkOf(ip: string): string {
  if (isIP(ip) !== 6) return ip
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped) return mapped[1]
  const [head, tail = ''] = ip.replace(/%.*$/, '').toLowerCase().split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const [before, behind] = [groups(head), groups(tail)]
  const zeros = new Array<string>(Math.max(0, GROUPS - before.length - behind.length)).fill('0')
  return `${[...before, ...zeros, ...behind].slice(0, NETWORK_GROUPS).join(':')}::/64`
}
