/** Loads `spillway/client` into a context with a browser's globals only, and uses it there against a server. Prints the results as JSON. */
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import { createContext, SourceTextModule, type Context } from 'node:vm'
import { open, pay } from './shop.ts'

const src = new URL('../../src/', import.meta.url)

/** The globals of the client. */
const { fetch, AbortController, AbortSignal, TextDecoder, Response, URL: URLOfTheWeb } = globalThis
const words = { fetch, AbortController, AbortSignal, TextDecoder, Response, URL: URLOfTheWeb, performance }

const timers = new Map<number, NodeJS.Timeout>()
let timersMade = 0
/** A browser's timers are numbers. */
const numbered = {
  setTimeout: (act: () => void, ms: number) => {
    timers.set(++timersMade, setTimeout(act, ms))
    return timersMade
  },
  clearTimeout: (timer: number) => clearTimeout(timers.get(timer)),
}

const modules = new Map<string, SourceTextModule>()

/** One module for each file, with all of its imports; nothing from outside the library. */
function moduleAt(url: URL, context: Context): SourceTextModule {
  const known = modules.get(url.href)
  if (known) return known
  const loaded = new SourceTextModule(stripTypeScriptTypes(readFileSync(url, 'utf8')), { context, identifier: url.href })
  modules.set(url.href, loaded)
  return loaded
}

async function load(path: string, context: Context): Promise<Record<string, unknown>> {
  const top = moduleAt(new URL(path, src), context)
  await top.link((specifier, from) => {
    if (!specifier.startsWith('.')) throw new Error(`${from.identifier} imports ${specifier}`)
    return moduleAt(new URL(specifier, from.identifier), context)
  })
  await top.evaluate()
  return top.namespace as Record<string, unknown>
}

const { client, named } = (await load(
  'public/client.ts',
  createContext({ ...words, ...numbered }),
)) as unknown as typeof import('../../src/public/client.ts')
const shop = await open()
const url = await shop.app.listen({ host: '127.0.0.1', port: 0 })
const api = client({ url })
const payments = named<typeof import('./shop.ts').payments>('payments')
const { accepted: sent } = await api.send(payments, [pay(1), pay(2), pay(3)])
const { features } = await api.features(named<typeof import('./shop.ts').now>('now'), 'c')
const { score } = await api.decide(named<typeof import('./shop.ts').check>('check'), { card: 'c', amount: 5 })
const streamed: unknown[] = []
for await (const { id } of api.decisions(named<typeof import('./shop.ts').fraud>('fraud'), { after: '0' }))
  if (streamed.push(id) === 3) break
const code = await api.send(named<typeof payments>('payment'), []).catch((error: { code: string }) => error.code)
await shop.close()
const root = fileURLToPath(src)
const loaded = [...modules.keys()].map(href => fileURLToPath(href).slice(root.length))
console.log(JSON.stringify({ loaded, sent, n: features.n, score, streamed, code }))
