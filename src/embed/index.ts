/** `spillway/embed`: a pipeline inside a Fastify server that there is already. */
import '../base/require-node.ts'
export { spillway, type EmbedOptions } from './plugin.ts'
export type { Embedded } from './embedded.ts'
export type { Authorize } from '../serve/context/options.ts'
export type { Role } from '../serve/access/roles.ts'
