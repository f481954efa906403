/** The document requires a token where the routes do. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { open, shop as pipeline } from '../../../test/serve/shop.ts'
import { servePlugin } from '../plugin.ts'
import type { ServeOptions } from '../context/server-context.ts'
import { addToken } from '../access/token-file.ts'
import { Tokens } from '../access/tokens.ts'

interface Document {
  readonly servers: readonly { readonly url: string }[]
  readonly security?: readonly object[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security?: readonly object[] }>>>>
}

interface Registered {
  readonly method: string
  readonly pattern: RegExp
  readonly hasRole: boolean
}

const shop = await open()
after(() => shop.close())

async function served(options: Partial<ServeOptions> & { readonly prefix?: string }): Promise<[FastifyInstance, Registered[]]> {
  const app = fastify()
  after(() => app.close())
  const routes: Registered[] = []
  app.addHook('onRoute', ({ method, url, config }) => {
    const pattern = new RegExp(`^${url.replace(/:\w+(\([^)]*\))?/g, '[^/]+')}$`)
    for (const name of [method].flat()) routes.push({ method: name, pattern, hasRole: config?.role !== undefined })
  })
  const webhooks = { hooks: { style: 'stripe', secret: 'x' } } as const
  await app.register(servePlugin, { run: shop.run, pipeline, data: shop.data, webhooks, ...options })
  return [app, routes]
}

const documentOf = async (app: FastifyInstance, path = '/openapi.json', token = '') =>
  (await app.inject({ url: path, headers: { authorization: `Bearer ${token}` } })).json<Document>()

test('once the folder has a token, an operation needs one in the document if and only if its route has a role', async () => {
  const [app, routes] = await served({ tokens: new Tokens(shop.data, undefined, () => (now += 60_000)), prefix: '/flow' })
  const before = await documentOf(app, '/flow/openapi.json')
  assert.deepEqual([before.security, before.servers.map(({ url }) => url)], [[], ['/flow']])
  const token = addToken(shop.data, 'reader', ['read'], 0)
  const { paths, security } = await documentOf(app, '/flow/openapi.json', token)
  assert.deepEqual(security, [{ token: [] }])
  let [withRole, without] = [0, 0]
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      const route = routes.find(
        candidate => candidate.method === method.toUpperCase() && candidate.pattern.test(`/flow${path.replace(/[{}]/g, '')}`),
      )
      assert.ok(route, `${method} ${path} has a route`)
      assert.deepEqual(operation.security ?? security, route.hasRole ? [{ token: [] }] : [], `${method} ${path}`)
      if (route.hasRole) withRole++
      else without++
    }
  assert.deepEqual([without, withRole > 15], [6, true], 'the two of health, the webhook, and the session of a browser')
})
let now = 0

test('the document does not describe the authorization of an embedding server', async () => {
  const [app] = await served({ authorize: () => true })
  const document = await documentOf(app)
  assert.deepEqual(['security' in document, document.servers.map(({ url }) => url)], [false, ['/']])
})
