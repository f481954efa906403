/**
 * `spillway/embed`: a pipeline inside an existing Fastify server.
 *
 * @example
 * ```ts
 * import fastify from 'fastify'
 * import { spillway } from 'spillway/embed'
 *
 * const app = fastify()
 * await app.register(spillway, { pipeline: shop, data: '.spillway' })
 * ```
 *
 * @module spillway/embed
 */
import '../base/node/require-node.ts'
export { spillway, type Embedded, type EmbedOptions } from '../embed/plugin.ts'
export type { Authorize } from '../serve/context/server-context.ts'
export type { Role } from '../serve/access/token-file.ts'
