/**
 * The pipeline as a whole. `GET /lineage`: which columns, features and scores each feature, model, action and report depends on; around one
 * of them with `?of=`. `GET /objectives`: freshness objectives of feature groups, with the decisions of the last hour that met them.
 */
import type { FastifyInstance } from 'fastify'
import { lineageAround, lineageOf } from '../../operate/index.ts'
import type { ServerContext } from '../context/server-context.ts'
import { addReadRoute } from './route.ts'

export function pipelineRoutes(app: FastifyInstance, { ir, folder }: ServerContext): void {
  const whole = lineageOf(ir)
  addReadRoute(app, '/lineage', ['of'], ({ of }) => (of === undefined ? whole : lineageAround(whole, of)))
  addReadRoute(app, '/objectives', [], () => folder.objectives())
}
