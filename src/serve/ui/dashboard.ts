/**
 * The dashboard: `/ui` and every path below it answer with the page, whose script reads the path. The page has no data of the run, so it
 * needs no token; the routes that it calls do.
 *
 * Its Content-Security-Policy allows the script, the stylesheet and the routes of this server, and nothing else: no inline code, no
 * request to another machine.
 */
import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context/server-context.ts'
import { ServeError } from '../http/serve-error.ts'
import { runbookText } from './runbook.ts'
import { type Asset, dashboardAssets, type DashboardAssets } from './assets.ts'
import { sessionRoutes } from './session.ts'

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  // The report of an audit.
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const pageHeaders = {
  'content-security-policy': pagePolicy,
  'cache-control': 'no-cache',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Adds the page, its files, and the session. */
export function dashboardRoutes(app: FastifyInstance, context: ServerContext): void {
  sessionRoutes(app, context)
  const page = async () => pageHtml(await dashboardAssets(), app.prefix)
  for (const url of ['/ui', '/ui/*'])
    app.get(url, async (_request, reply) =>
      reply
        .headers(pageHeaders)
        .type('text/html; charset=utf-8')
        .send(await page()),
    )
  app.get<{ Params: { file: string } }>('/ui/assets/:file', async ({ params: { file }, headers }, reply) => {
    const asset = (await dashboardAssets()).byName(file)
    if (!asset) throw new ServeError('SPILL_NOT_FOUND', `the dashboard has no file '${file}'; reload the page`)
    const isGzipped = /\bgzip\b/.test(headers['accept-encoding'] ?? '')
    reply.headers({ 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff', vary: 'accept-encoding' })
    if (isGzipped) reply.header('content-encoding', 'gzip')
    return reply.type(asset.type).send(isGzipped ? asset.gzipped : asset.bytes)
  })
  app.get<{ Params: { cause: string } }>('/ui/runbook/:cause', async ({ params: { cause } }, reply) => {
    const text = await runbookText(cause)
    if (text === undefined) throw new ServeError('SPILL_NOT_FOUND', `there is no runbook of '${cause}' in docs/guides/alerts.md`)
    return reply.headers({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }).type('text/plain; charset=utf-8').send(text)
  })
}

/** A drop on a weir, in the page's own colours. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#1d4f7c" d="M8 1c3 4 5 6 5 9a5 5 0 0 1-10 0c0-3 2-5 5-9z"/></svg>`

function pageHtml({ script, style }: DashboardAssets, prefix: string): string {
  const url = ({ name }: Asset): string => `${prefix}/ui/assets/${name}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="spillway-prefix" content="${prefix}">
<title>Spillway</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<link rel="stylesheet" href="${url(style)}">
<script type="module" src="${url(script)}"></script>
</head>
<body>
<div id="app"></div>
<noscript>The dashboard needs JavaScript. The same figures: spillway inspect, or the HTTP API of this server.</noscript>
</body>
</html>
`
}
