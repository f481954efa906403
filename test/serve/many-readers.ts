/**
 * Many readers of one server's stream of decisions, in a separate process: prints the status of each, then the number that got a decision.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const [port, count] = process.argv.slice(2).map(Number)
const AT_ONCE = 200
const statuses: Record<string, number> = {}
const sockets: Socket[] = []
let eventCount = 0

async function reader(): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.write('GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const [head] = (await once(socket, 'data')) as [Buffer]
  const status = head.toString('latin1', 9, 12)
  statuses[status] = (statuses[status] ?? 0) + 1
  if (status !== '200') return
  socket.on('data', chunk => {
    if (!chunk.includes('event: decision')) return
    eventCount++
    if (eventCount === statuses['200']) {
      console.log(JSON.stringify({ eventCount }))
      for (const each of sockets) each.destroy()
    }
  })
}

for (let opened = 0; opened < count; opened += AT_ONCE) await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - opened) }, reader))
console.log(JSON.stringify(statuses))
