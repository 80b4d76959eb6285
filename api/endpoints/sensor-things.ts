import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DEVICE_DATASETS, type DeviceDataset } from '../../exchange/published-view.ts'
import { ENTITY_TYPES, listEntityTypes } from '../../exchange/sensorthings/entity-model.ts'
import { baseUrlOf } from '../base-url.ts'
import type { DatasetViews } from '../dataset-views.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { hasKeyOf } from '../rights.ts'
import { authorityParams } from '../schemas.ts'
import { answerPath } from '../sensorthings/answer-path.ts'
import { readTown } from '../sensorthings/read-town.ts'
import { createReadingBudget } from '../sensorthings/reading-budget.ts'
import { sendWritten } from '../written.ts'

/** How many steps a path may have: `Things('a')/Datastreams('b')/Observations('c')/result/$value` has five. */
const STEPS_MAX = 6

const optionText = z.string().max(3_000).optional()
const optionsQuery = z.object({
  $filter: optionText.describe("Such as `name eq 'Quay' and not startswith(description, 'Bus')`"),
  $orderby: optionText.describe('Such as `phenomenonTime desc,id`'),
  $top: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .optional()
    .describe('How many; 100 by default, 1,000 at most'),
  $skip: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .optional()
    .describe('How many are left out before'),
  $count: z
    .enum(['true', 'false'])
    .optional()
    .describe('Whether `@iot.count` says how many there are in all'),
  $select: optionText.describe('Only these properties, separated by commas'),
  $expand: optionText.describe(
    'What is told with it, such as `Datastreams($top=5;$expand=ObservedProperty)`',
  ),
  $skiptoken: z.string().max(500).optional().describe('Of the `@iot.nextLink` of the page before'),
})

const serviceSchema = z.object({
  value: z.array(z.object({ name: z.string(), url: z.string() })),
  serverSettings: z.object({ conformance: z.array(z.string()) }),
  /** Under which terms each dataset is told. */
  datasets: z.array(
    z.object({
      dataset: z.string(),
      title: z.string(),
      description: z.string(),
      licence: z.string().optional(),
      attribution: z.string().optional(),
      delaySeconds: z.number(),
    }),
  ),
})

const CONFORMANCE = ['datamodel', 'resource-path/resource-path-to-entities', 'request-data'].map(
  (name) => `http://www.opengis.net/spec/iot_sensing/1.1/req/${name}`,
)

/** The SensorThings API 1.1 (OGC 18-088) for reading. */
export function registerSensorThings(app: Api, parts: ApiParts, views: DatasetViews): void {
  const { registry, store, clock, publicUrl } = parts
  const published = Object.keys(DEVICE_DATASETS) as DeviceDataset[]
  const config = { scope: 'read', published, isLicensed: true } as const
  const url = '/v1/authorities/:authority/sensorthings/v1.1'

  app.get(
    url,
    {
      config,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getSensorThings',
          'The SensorThings API 1.1 of an authority: what there is, and on which terms',
        ),
        params: authorityParams,
        response: answersWith(200, 'The service', { 'application/json': { schema: serviceSchema } }),
      },
    },
    async (request) => tellService(request, request.params.authority),
  )

  for (let count = 1; count <= STEPS_MAX; count += 1) {
    const names = Array.from({ length: count }, (_, index) => `step${index + 1}`)
    const stepShape = Object.fromEntries(names.map((name) => [name, z.string()]))
    app.get(
      `${url}/${names.map((name) => `:${name}`).join('/')}`,
      {
        config,
        schema: {
          ...documentedPublishable(
            'open-data',
            `getSensorThingsBy${count}Steps`,
            `Entities of the SensorThings API 1.1, at a path of ${count === 1 ? 'one step' : `${count} steps`}`,
            "A step is a set, such as `Things`, an entity of it, such as `Things('bin-1')`, what an entity leads to, a property, `$value` or `$ref`. `docs/sensorthings.md` has examples, and says how much one answer may take.",
          ),
          params: authorityParams.extend(stepShape),
          querystring: optionsQuery,
          response: {
            ...answersWith(200, 'An entity, a page of a set, or a property', {
              'application/json': { schema: z.looseObject({}) },
              'text/plain': { schema: z.string() },
            }),
            204: z.undefined().describe('The property has no value'),
          },
        },
      },
      async (request, reply) => {
        const { authority: id, ...steps } = request.params as { authority: string } & Record<string, string>
        const now = clock.now()
        const town = await readTown(views, request, id, await listTold(request, id), clock.now)
        const budget = createReadingBudget()
        const scope = { now, follow: town.graph.follow, spend: budget.spendSteps }
        const [path = ''] = request.url.split('?', 1)
        const answer = await answerPath(
          { authority: id, store, town, scope, budget },
          {
            steps: names.map((name) => steps[name] ?? ''),
            options: request.query,
            root: rootOf(request, id),
            path: path.split('/').slice(6).join('/'),
          },
        )
        if (!answer) return reply.code(204).send()
        if ('text' in answer) return sendWritten(reply, 'text/plain; charset=utf-8', answer.text)
        return sendWritten(reply, 'application/json; charset=utf-8', JSON.stringify(answer.json))
      },
    )
  }

  async function tellService(request: FastifyRequest, id: string) {
    const told = await listTold(request, id)
    const shown = await Promise.all(told.map((dataset) => views.show(request, id, dataset)))
    return {
      value: listEntityTypes().map((type) => {
        const name = ENTITY_TYPES[type].set
        return { name, url: `${rootOf(request, id)}/${name}` }
      }),
      serverSettings: { conformance: CONFORMANCE },
      datasets: shown.map(({ dataset, terms }) => ({ dataset, ...terms })),
    }
  }

  async function listTold(request: FastifyRequest, id: string): Promise<readonly DeviceDataset[]> {
    const authority = await registry.getAuthority(id)
    return published.filter((dataset) => hasKeyOf(request, id) || authority.published.includes(dataset))
  }

  function rootOf(request: FastifyRequest, authority: string): string {
    const server = baseUrlOf(request, publicUrl)
    return `${server}/v1/authorities/${authority}/sensorthings/v1.1`
  }
}
