/**
 * The clients of a server, and the share that each has of a bounded amount of bytes, requests or streams.
 *
 * A request counts for the client of its token or user name, otherwise for its address. Addresses of one IPv6 network (/64) are one
 * client, since a machine may use all of them.
 */
import { isIP } from 'node:net'

/**
 * Shares a bounded amount of bytes, requests or streams among clients, by a dynamic threshold.
 *
 * A client may hold at most `share` times the free amount. So a client alone gets a part of the whole, and a new client always finds
 * some left. The more all clients hold, the less each may hold; no client is asked to give back. Source: Choudhury and Hahne,
 * "Dynamic queue length thresholds for shared-memory packet switches" (1998). Costs a map look-up for each change, and memory for each
 * client that holds an amount.
 */
export class Budget {
  readonly #total: number
  readonly #share: number
  readonly #byClient = new Map<string, number>()
  #used = 0

  constructor(total: number, share = 1) {
    this.#total = total
    this.#share = share
  }

  /** The amount that all clients hold together. */
  get used(): number {
    return this.#used
  }

  usedBy(client: string): number {
    return this.#byClient.get(client) ?? 0
  }

  /** May the client hold `amount` more? */
  hasRoom(client: string, amount: number): boolean {
    return this.usedBy(client) + amount <= this.#share * (this.#total - this.#used)
  }

  /** Adds `amount` for the client if it has room. Returns false, and adds nothing, otherwise. */
  spend(client: string, amount: number): boolean {
    if (!this.hasRoom(client, amount)) return false
    this.add(client, amount)
    return true
  }

  /** Adds `amount` for the client, over its share too. */
  add(client: string, amount: number): void {
    this.#used += amount
    this.#byClient.set(client, this.usedBy(client) + amount)
  }

  release(client: string, amount: number): void {
    const left = this.usedBy(client) - amount
    this.#used -= amount
    if (left > 0) this.#byClient.set(client, left)
    else this.#byClient.delete(client)
  }
}

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
