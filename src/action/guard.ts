/**
 * Which addresses an action may be sent to: those of the public Internet. Decided on an address, never on a name, and by whoever opens the
 * connection to just that address.
 *
 * The ranges are those of IANA's registries of special-purpose addresses (RFC 6890 and what it refers to).
 */
import { BlockList, isIP } from 'node:net'

/** Not the Internet: this host and network, private and shared networks, link-local (clouds' metadata), documentation, tests, multicast, reserved. */
const special4 = blockList(
  'ipv4',
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16',
  '198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  // A public address by its number, at which Azure's machines find their host.
  '168.63.129.16/32',
)

/** Where clouds tell a machine its secrets, and link-local addresses, of which those are: no receiver stands there. */
const metadata4 = blockList('ipv4', '169.254.0.0/16 168.63.129.16/32 100.100.100.200/32')
const metadata6 = blockList('ipv6', 'fe80::/10 fd00:ec2::/32 fd20:ce::/32 fd00:c1::/32 fd00:42::/32')

/** Only this part of IPv6 is given out for hosts: loopback, unique local, link-local, multicast and the like are outside of it. */
const global6 = blockList('ipv6', '2000::/3')

/** Protocols' own addresses (Teredo among them) and documentation. */
const special6 = blockList('ipv6', '2001::/23 2001:db8::/32 3fff::/20')

/** Whether an address is one of a host on the public Internet. What is no address is not. */
export function isPublic(address: string): boolean {
  const [bare] = address.split('%', 1)
  const family = isIP(bare)
  if (family === 4) return !special4.check(bare, 'ipv4')
  if (family !== 6) return false
  const carried = carriedBy(groupsOf(bare))
  if (carried !== undefined) return isPublic(carried)
  return global6.check(bare, 'ipv6') && !special6.check(bare, 'ipv6')
}

/** Whether clouds keep a machine's secrets at an address: it is refused whatever else is allowed. */
export function isMetadata(address: string): boolean {
  const [bare] = address.split('%', 1)
  const family = isIP(bare)
  if (family === 4) return metadata4.check(bare, 'ipv4')
  if (family !== 6) return false
  const groups = groupsOf(bare)
  const carried = carriedBy(groups) ?? translatedHere(groups)
  return carried === undefined ? metadata6.check(bare, 'ipv6') : isMetadata(carried)
}

/** The IPv4 address that an IPv6 address leads to: mapped (`::ffff:`), translated (NAT64, `64:ff9b::`) or tunnelled to (6to4, `2002:`). */
function carriedBy(groups: readonly number[]): string | undefined {
  const starts = (...with_: readonly number[]): boolean => with_.every((group, i) => groups[i] === group)
  if (starts(0, 0, 0, 0, 0, 0xffff) || starts(0x64, 0xff9b, 0, 0, 0, 0)) return dotted(groups[6], groups[7])
  return starts(0x2002) ? dotted(groups[1], groups[2]) : undefined
}

/** The IPv4 address that a network's own NAT64 leads to (`64:ff9b:1::/48`, RFC 8215), which is never the Internet's, where its prefix is of 96 bits. */
const translatedHere = (groups: readonly number[]): string | undefined =>
  groups[0] === 0x64 && groups[1] === 0xff9b && groups[2] === 1 ? dotted(groups[6], groups[7]) : undefined

const dotted = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The eight groups of an IPv6 address, of whichever of its spellings: a URL writes all of them in one way. */
function groupsOf(address: string): number[] {
  const text = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head, tail = []] = text.split('::').map(part => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16))))
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

function blockList(family: 'ipv4' | 'ipv6', ...ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges.flatMap(text => text.split(' '))) {
    const [network, bits] = range.split('/')
    list.addSubnet(network, Number(bits), family)
  }
  return list
}
