/**
 * A TCP proxy before one broker that knows Kafka's frames: it cuts the connection between a chosen request and its answer, or holds either of
 * them. Clients come back to it if it is the address that the broker advertises.
 *
 * Frames pass whole and in order, so every client and every version of a request works through it.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { answerIdOf, FrameSplitter, type KafkaApi, kafkaApis, requestHeadOf } from './frames.ts'
import { ProxyFault, type ProxyFaultPlan } from './proxy-fault.ts'

export class KafkaProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #connections = new Set<ProxyConnection>()
  readonly #faults: ProxyFault[] = []
  /** By key of the request. */
  readonly #answers = new Map<number, number>()
  #brokerPort: number | undefined

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', client => this.#accept(client))
  }

  /** Listens on a free port of loopback. Connections are closed at once until `forwardTo`. */
  static async listen(): Promise<KafkaProxy> {
    const server = createServer({ noDelay: true })
    await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done))
    return new KafkaProxy(server)
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** The broker's port on loopback, for connections from now on. */
  forwardTo(port: number): void {
    this.#brokerPort = port
  }

  /** Makes a fault of a request to come. Of two faults with one API the first is used up first. */
  plan(plan: ProxyFaultPlan): ProxyFault {
    const fault = new ProxyFault(plan)
    this.#faults.push(fault)
    return fault
  }

  /** Takes a fault back that has not happened. */
  withdraw(fault: ProxyFault): void {
    const index = this.#faults.indexOf(fault)
    if (index >= 0) this.#faults.splice(index, 1)
    fault.release()
  }

  /** Answers of the broker so far, those that clients did not get included. */
  answered(api: KafkaApi): number {
    return this.#answers.get(kafkaApis[api]) ?? 0
  }

  /** Keys of the requests that were answered so far. */
  get answeredKeys(): readonly number[] {
    return [...this.#answers.keys()]
  }

  cutAll(): void {
    for (const connection of this.#connections) connection.cut()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const fault of this.#faults) fault.release()
    this.cutAll()
    await new Promise(done => this.#server.close(done))
  }

  #accept(client: Socket): void {
    if (this.#brokerPort === undefined) {
      client.on('error', () => {}).destroy()
      return
    }
    const connection = new ProxyConnection(client, this.#brokerPort, {
      faultOf: apiKey => this.#faultOf(apiKey),
      onAnswer: apiKey => this.#answers.set(apiKey, (this.#answers.get(apiKey) ?? 0) + 1),
      onEnd: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
  }

  #faultOf(apiKey: number): ProxyFault | undefined {
    const index = this.#faults.findIndex(({ plan }) => kafkaApis[plan.api] === apiKey)
    if (index < 0 || !this.#faults[index].matches()) return undefined
    return this.#faults.splice(index, 1)[0]
  }
}

interface ConnectionEvents {
  readonly faultOf: (apiKey: number) => ProxyFault | undefined
  readonly onAnswer: (apiKey: number) => void
  readonly onEnd: () => void
}

/** A request whose answer has not come. */
interface PendingRequest {
  readonly apiKey: number
  readonly fault: ProxyFault | undefined
}

class ProxyConnection {
  readonly #client: Socket
  readonly #broker: Socket
  readonly #events: ConnectionEvents
  /** By correlation id. */
  readonly #pending = new Map<number, PendingRequest>()
  #requests = Promise.resolve()
  #answers = Promise.resolve()
  /** Its request is held after the client was cut. */
  #late: ProxyFault | undefined
  #isCut = false

  constructor(client: Socket, brokerPort: number, events: ConnectionEvents) {
    this.#client = client
    this.#events = events
    this.#broker = connect({ host: '127.0.0.1', port: brokerPort, noDelay: true })
    const [requests, answers] = [new FrameSplitter(), new FrameSplitter()]
    client.on('data', chunk => {
      for (const frame of requests.add(chunk)) this.#requests = this.#requests.then(() => this.#sendOn(frame))
    })
    this.#broker.on('data', chunk => {
      for (const frame of answers.add(chunk)) this.#answers = this.#answers.then(() => this.#answer(frame))
    })
    // A reset is followed by 'close'.
    for (const socket of [client, this.#broker]) socket.on('error', () => {})
    client.on('close', () => {
      if (!this.#late) this.cut()
    })
    this.#broker.on('close', () => this.cut())
  }

  cut(): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#client.destroy()
    this.#broker.destroy()
    this.#late?.settle(new Error('the connection to the broker ended'))
    this.#events.onEnd()
  }

  async #sendOn(frame: Buffer): Promise<void> {
    if (this.#isCut || this.#late) return
    const { apiKey, correlationId } = requestHeadOf(frame)
    const fault = this.#events.faultOf(apiKey)
    const kind = fault?.plan.kind
    if (fault && kind === 'lose request') {
      this.cut()
      fault.happen()
      return
    }
    if (fault && kind === 'late request') {
      this.#late = fault
      this.#client.destroy()
      fault.happen()
      await fault.untilReleased()
    }
    if (fault && kind === 'hold request') {
      fault.happen()
      await fault.untilReleased()
    }
    if (this.#isCut) return
    this.#pending.set(correlationId, { apiKey, fault })
    if (kind !== 'cut') this.#broker.write(frame)
    else
      this.#broker.write(frame, () => {
        this.cut()
        fault!.happen()
      })
  }

  async #answer(frame: Buffer): Promise<void> {
    if (this.#isCut) return
    const correlationId = answerIdOf(frame)
    const request = this.#pending.get(correlationId)
    this.#pending.delete(correlationId)
    if (request) this.#events.onAnswer(request.apiKey)
    const { fault } = request ?? {}
    switch (fault?.plan.kind) {
      case 'lose answer':
        this.cut()
        fault.happen()
        return
      case 'late request':
        fault.settle(frame)
        this.cut()
        return
      case 'hold answer':
        fault.happen()
        await fault.untilReleased()
        break
      case 'lose request':
      case 'cut':
      case 'hold request':
      case undefined:
        break
    }
    if (!this.#isCut) this.#client.write(frame)
  }
}
