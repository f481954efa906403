/** Hostile clients in a separate process, so that their cost is neither the server's nor the other client's. */
import { attacks, type AttackName, type AttackTokens } from './attacks.ts'
import { answerOrders } from './forked-process.ts'
import { Hostiles, type ResponseCounts } from './wire.ts'

export type AttackOrder =
  | { readonly kind: 'begin'; readonly name: AttackName; readonly port: number; readonly tokens: AttackTokens; readonly scale: number }
  | { readonly kind: 'end' }

let clients: Hostiles | undefined

answerOrders<AttackOrder, ResponseCounts>(async order => {
  if (order.kind === 'begin') {
    clients = new Hostiles(order.port)
    await attacks[order.name](clients, order)
    return clients.responses
  }
  const { responses } = clients!
  clients!.close()
  return responses
})
