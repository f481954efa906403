/** `GET /objectives`: freshness objectives of feature groups, with the decisions of the last hour that met them. */
import type { FastifyInstance } from 'fastify'
import type { ServerContext } from '../context/server-context.ts'

export function objectiveRoutes(app: FastifyInstance, { folder }: ServerContext): void {
  app.get('/objectives', { config: { role: 'read' } }, async () => folder.objectives())
}
