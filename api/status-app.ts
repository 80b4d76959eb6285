import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyBaseLogger } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { endConnections } from './end-connections.ts'
import { registerHealth } from './endpoints/health.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { measureRequests } from './measure-requests.ts'
import { addMethodNotAllowed } from './method-not-allowed.ts'
import type { Api, ApiParts } from './parts.ts'
import { answerNotFound, answerProblems, answerUnknownMethods } from './problem.ts'
import { createRateCounts } from './rate-counts.ts'
import { limitRates } from './rate-limit.ts'
import { collectRoutes } from './routes.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { compileValidator } from './validation.ts'

/** Health and metrics alone: what `kerbside broker` and `kerbside ingest` serve. The caller listens and closes. */
export async function createStatusApp(
  parts: Pick<ApiParts, 'version' | 'health' | 'metrics'> & { logger: FastifyBaseLogger },
): Promise<Api> {
  const app = fastify({ loggerInstance: parts.logger }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  endConnections(app)
  collectRoutes(app)
  answerProblems(app)
  setSecurityHeaders(app)
  measureRequests(app, parts.metrics)
  answerUnknownMethods(app)
  await app.register(
    rateLimit,
    limitRates(DEFAULT_LIMITS, createRateCounts(DEFAULT_LIMITS.countedClientsMax)),
  )
  answerNotFound(app)
  registerHealth(app, parts)
  addMethodNotAllowed(app)
  await app.ready()
  return app
}
