import { z } from 'zod'
import { deviceSchema, newDeviceSchema } from '../../model/device.ts'
import { KerbsideError } from '../../model/error.ts'
import { devEuiSchema, type FoundDevice } from '../../model/found-device.ts'
import { idSchema } from '../../model/id.ts'
import type { Mapping } from '../../model/mapping.ts'
import { formatTime } from '../../model/time.ts'
import { NETWORKS } from '../../model/uplink.ts'
import { answers, documented } from '../documented.ts'
import { describeZodError } from '../faults.ts'
import { findMapping } from '../find-mapping.ts'
import { pageOf, pageQueryOf, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, newDeviceBody, schemas } from '../schemas.ts'
import { takeInFound } from '../take-in-found.ts'

const foundSchema = z.object({
  devEui: z.string(),
  connectionId: z.string(),
  network: z.enum(NETWORKS),
  name: z.string().nullable().describe('What it is called in the network'),
  suggestedMapping: z.string().nullable().describe('The mapping that seems to fit'),
  firstTime: z.iso.datetime(),
  lastTime: z.iso.datetime(),
  uplinks: z.int(),
  isIgnored: z.boolean(),
})
const sampleSchema = z
  .unknown()
  .describe("The network's last message; null where it is too long, or the device ignored")

const { kind: kindSchema, ...deviceShape } = newDeviceBody.shape
const adoptionSchema = z.strictObject({
  ...deviceShape,
  /** That of the mapping, where it is not told. */
  kind: kindSchema.optional(),
  mapping: idSchema.optional(),
})
const adoptedSchema = z.object({
  device: deviceSchema,
  stored: z.int().describe('Readings that had waited, and are stored now'),
  stillQuarantined: z.int().describe('Those that still cannot be read: the quarantine says why'),
})
schemas.add(foundSchema, { id: 'FoundDevice' })

const EUI_PATTERN = /^[0-9a-f]{16}$/

/** Devices that LoRaWAN networks told of, and that nobody has registered. */
export function registerFoundDevices(
  app: Api,
  parts: Pick<ApiParts, 'registry' | 'directory' | 'quarantine' | 'publicUrl'>,
): void {
  const { registry, directory, publicUrl = '' } = parts
  const url = '/v1/authorities/:authority/found-devices'
  const params = authorityParams.extend({ devEui: devEuiSchema })

  app.get(
    url,
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'devices',
          'listFoundDevices',
          'List the devices that networks told of, and that nobody has registered',
          'In the order of their DevEUIs. Their readings wait in quarantine until they are adopted.',
        ),
        params: authorityParams,
        querystring: pageQueryOf(EUI_PATTERN).extend({
          state: z.enum(['found', 'ignored']).default('found'),
        }),
        response: answers(200, 'A page of found devices', pageOf(foundSchema)),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const { state, ...page } = request.query
      const found = await registry.listFoundDevices(authority, { ...page, isIgnored: state === 'ignored' })
      // Who is registered is forgotten; who was noted at that very moment is there until its uplink is stored.
      const items = found.items.filter(({ devEui }) => !directory.findByDevEui(authority, devEui))
      return sendPage(request, reply, { ...found, items }, format, publicUrl)
    },
  )

  app.get(
    `${url}/:devEui`,
    {
      config: { scope: 'read' },
      schema: {
        ...documented('devices', 'getFoundDevice', 'Get a found device, with what it sent last'),
        params,
        response: answers(200, 'The device', foundSchema.extend({ sample: sampleSchema })),
      },
    },
    async ({ params: { authority, devEui } }) => {
      const { sample, ...found } = await registry.getFoundDevice(authority, devEui)
      return { ...format(found), sample: sample === null ? null : parse(sample) }
    },
  )

  app.post(
    `${url}/:devEui/adopt`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'devices',
          'adoptFoundDevice',
          'Register a found device',
          'Its `mapping` is the one that is suggested, and its `kind` that of the mapping, where they are not given. What waits of it in quarantine is stored. It needs no password, since it publishes through its network.',
        ),
        params,
        body: adoptionSchema,
        response: answers(201, 'Registered', adoptedSchema),
      },
      // Each waiting reading is decoded and stored anew.
      handlerTimeout: 600_000,
    },
    async (request, reply) => {
      const { authority, devEui } = request.params
      const actor = actorOf(request)
      const { suggestedMapping } = await registry.getFoundDevice(authority, devEui)
      const { mapping: mappingId = suggestedMapping, kind, settings, ...rest } = request.body
      const mapping = await getMapping(authority, mappingId)
      if (kind !== undefined && kind !== mapping.kind) {
        throw refuse('kind', `must be ${mapping.kind}, as that of the mapping ${mapping.id}`)
      }
      const parsed = newDeviceSchema.safeParse(
        { ...rest, kind: mapping.kind, settings: { ...settings, devEui, mapping: mapping.id } },
        { reportInput: true },
      )
      if (!parsed.success) {
        throw new KerbsideError('INVALID_REQUEST', 'The body is not as it should be', {
          faults: describeZodError(parsed.error, newDeviceSchema),
        })
      }
      const [created] = await registry.createDevices(authority, [parsed.data], actor)
      const taken = await takeInFound(parts, authority, [parsed.data], actor)
      reply.header('location', `${publicUrl}/v1/authorities/${authority}/devices/${parsed.data.id}`)
      return reply.code(201).send({ device: created?.device ?? parsed.data, ...taken })
    },
  )

  app.delete(
    `${url}/:devEui`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'devices',
          'ignoreFoundDevice',
          'Take in nothing of a found device from now on',
          'What waits of it in quarantine is discarded, and stays counted. It can still be adopted.',
        ),
        params,
        response: answers(200, 'Ignored', z.object({ discarded: z.int() })),
      },
    },
    async (request) => {
      const { authority, devEui } = request.params
      const actor = actorOf(request)
      await registry.ignoreFoundDevice(authority, devEui, actor)
      const waiting = { reason: 'unknown_device', device: devEui } as const
      return { discarded: await registry.discardQuarantined(authority, waiting, actor) }
    },
  )

  async function getMapping(authority: string, id: string | null): Promise<Mapping> {
    if (id === null) throw refuse('mapping', 'is needed: none of the mappings seems to fit by itself')
    const mapping = await findMapping(registry, authority, id)
    if (!mapping) throw refuse('mapping', `there is no mapping "${id}"`)
    return mapping
  }
}

function format({ firstTime, lastTime, ...found }: FoundDevice): z.infer<typeof foundSchema> {
  return { ...found, firstTime: formatTime(firstTime), lastTime: formatTime(lastTime) }
}

/** What was read as an uplink is JSON, unless what is kept of it was mended to be kept. */
function parse(sample: string): unknown {
  try {
    return JSON.parse(sample)
  } catch {
    return null
  }
}

function refuse(path: string, message: string): KerbsideError {
  const faults = [{ path, message }]
  return new KerbsideError('INVALID_REQUEST', 'The body is not as it should be', { faults })
}
