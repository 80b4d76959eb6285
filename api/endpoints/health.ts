import { z } from 'zod'
import type { Api, ApiParts } from '../parts.ts'
import { problemSchema, sendProblem } from '../problem.ts'

const checkSchema = z.object({ name: z.string(), isReady: z.boolean(), detail: z.string().nullable() })
const readySchema = z.object({ isReady: z.boolean(), checks: z.array(checkSchema) })

export function registerHealth(
  app: Api,
  { version, health, metrics }: Pick<ApiParts, 'version' | 'health' | 'metrics'>,
): void {
  const config = { scope: 'public', rateLimit: false } as const

  app.get(
    '/health/live',
    {
      config,
      schema: {
        operationId: 'getLiveness',
        tags: ['operation'],
        summary: 'Is the process alive?',
        response: {
          200: {
            description: 'It is',
            content: {
              'application/json': { schema: z.object({ isLive: z.boolean(), version: z.string() }) },
            },
          },
        },
      },
    },
    async () => ({ isLive: true, version }),
  )

  app.get(
    '/health/ready',
    {
      config,
      schema: {
        operationId: 'getReadiness',
        tags: ['operation'],
        summary: 'Does everything work that this process needs: journal, store, registry?',
        response: {
          200: { description: 'It does', content: { 'application/json': { schema: readySchema } } },
          503: {
            description: 'It does not; `checks` says what',
            content: { 'application/problem+json': { schema: problemSchema.extend(readySchema.shape) } },
          },
        },
      },
    },
    async (request, reply) => {
      const checks = [...(await health())]
      const failing = checks.filter((check) => !check.isReady)
      if (failing.length === 0) return { isReady: true, checks }
      const detail = `Not ready: ${failing.map((check) => `${check.name} (${check.detail ?? 'no detail'})`).join(', ')}`
      return sendProblem(request, reply, { code: 'BUSY', status: 503, detail }, { isReady: false, checks })
    },
  )

  app.get(
    '/metrics',
    {
      config,
      schema: {
        operationId: 'getMetrics',
        tags: ['operation'],
        summary:
          "Figures in Prometheus's text format; keep the outside from it in the proxy where they are nobody's business",
        produces: ['text/plain'],
        response: {
          200: { description: 'Figures', content: { 'text/plain': { schema: z.string() } } },
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()),
  )
}
