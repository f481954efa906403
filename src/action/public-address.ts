/**
 * Classifies IP addresses: public Internet, cloud metadata, or neither. It decides on the address to be connected to, never on a name.
 *
 * The ranges are those of the IANA special-purpose address registries (RFC 6890 and its references).
 */
import { BlockList, isIP } from 'node:net'

/**
 * Not public: this host and network, private and shared networks, link-local (cloud metadata), documentation, tests, multicast, reserved.
 */
const special4 = blockList(
  'ipv4',
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16',
  '198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  // A public address by number; Azure machines reach their host there.
  '168.63.129.16/32',
)

/** Cloud metadata services and link-local addresses, which hand out credentials. No receiver stands there. */
const metadata4 = blockList('ipv4', '169.254.0.0/16 168.63.129.16/32 100.100.100.200/32')
const metadata6 = blockList('ipv6', 'fe80::/10 fd00:ec2::/32 fd20:ce::/32 fd00:c1::/32 fd00:42::/32')

/** The only part of IPv6 assigned to hosts. Loopback, unique local, link-local and multicast lie outside. */
const global6 = blockList('ipv6', '2000::/3')

/** Protocol assignments (Teredo among them) and documentation. */
const special6 = blockList('ipv6', '2001::/23 2001:db8::/32 3fff::/20')

/** True for the address of a host on the public Internet; false for text that is not an address. */
export function isPublicAddress(address: string): boolean {
  const [unscoped] = address.split('%', 1)
  const family = isIP(unscoped)
  if (family === 4) return !special4.check(unscoped, 'ipv4')
  if (family !== 6) return false
  const embedded = embeddedIpv4(groupsOf(unscoped))
  if (embedded !== undefined) return isPublicAddress(embedded)
  return global6.check(unscoped, 'ipv6') && !special6.check(unscoped, 'ipv6')
}

/** True for an address of cloud metadata, which is blocked whatever else is allowed. */
export function isMetadataAddress(address: string): boolean {
  const [unscoped] = address.split('%', 1)
  const family = isIP(unscoped)
  if (family === 4) return metadata4.check(unscoped, 'ipv4')
  if (family !== 6) return false
  const groups = groupsOf(unscoped)
  const embedded = embeddedIpv4(groups) ?? localNat64Ipv4(groups)
  return embedded === undefined ? metadata6.check(unscoped, 'ipv6') : isMetadataAddress(embedded)
}

/** The IPv4 address behind an IPv6 address: mapped (`::ffff:`), NAT64 (`64:ff9b::`) or 6to4 (`2002:`). */
function embeddedIpv4(groups: readonly number[]): string | undefined {
  const hasPrefix = (...prefix: readonly number[]): boolean => prefix.every((group, i) => groups[i] === group)
  if (hasPrefix(0, 0, 0, 0, 0, 0xffff) || hasPrefix(0x64, 0xff9b, 0, 0, 0, 0)) return dotted(groups[6], groups[7])
  return hasPrefix(0x2002) ? dotted(groups[1], groups[2]) : undefined
}

/** The IPv4 address behind a local NAT64 prefix of 96 bits (`64:ff9b:1::/48`, RFC 8215), which never leads to the Internet. */
const localNat64Ipv4 = (groups: readonly number[]): string | undefined =>
  groups[0] === 0x64 && groups[1] === 0xff9b && groups[2] === 1 ? dotted(groups[6], groups[7]) : undefined

const dotted = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The eight groups of an IPv6 address. The URL parser brings every spelling into one form. */
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
