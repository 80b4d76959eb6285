import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import {
  type Connection,
  type ConnectionState,
  type Credentials,
  connectionPatchSchema,
  connectionSchema,
  newConnectionSchema,
} from '../../model/connection.ts'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { formatTime } from '../../model/time.ts'
import type { ConnectionRecord } from '../../registry/registry.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import { describeZodError } from '../faults.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams } from '../schemas.ts'

const timeText = z.iso.datetime()
const stateSchema = z.object({
  triedTime: timeText,
  succeededTime: timeText.nullable(),
  problem: z.string().nullable().describe('What went wrong the last time'),
  vehicles: z.int().optional().describe('In the last message'),
  trips: z.int().optional().describe('In the last message: those that it predicts'),
  readings: z.int().optional().describe('In the last answer'),
  isConnected: z.boolean().optional().describe('Of a LoRaWAN network'),
  uplinks: z.int().optional().describe('Since it was set up'),
  lastUplinkTime: timeText.nullable().optional().describe('When the last one came'),
})
const shown = { hasCredentials: z.boolean(), state: stateSchema.nullable() }
const [feedSchema, hfpSchema, ttsSchema, chirpstackSchema, telraamSchema] = connectionSchema.options
const shownSchema = z.discriminatedUnion('type', [
  feedSchema.extend(shown),
  hfpSchema.extend(shown),
  ttsSchema.extend(shown),
  chirpstackSchema.extend(shown),
  telraamSchema.extend(shown),
])

/** Other systems that an authority has positions, predictions and readings from. */
export function registerConnections(
  app: Api,
  { registry, sealer, publicUrl = '' }: Pick<ApiParts, 'registry' | 'sealer' | 'publicUrl'>,
): void {
  const url = '/v1/authorities/:authority/connections'
  const params = authorityParams.extend({ id: idSchema })
  const config = { scope: 'admin' } as const

  app.get(
    url,
    {
      config,
      schema: {
        ...documented('transit', 'listConnections', 'List the connections to other systems'),
        params: authorityParams,
        querystring: pageQuery,
        response: answers(200, 'A page of connections', pageOf(shownSchema)),
      },
    },
    async (request, reply) => {
      const page = await registry.listConnections(request.params.authority, request.query)
      return sendPage(request, reply, page, show, publicUrl)
    },
  )

  app.post(
    url,
    {
      config,
      schema: {
        ...documented(
          'transit',
          'createConnection',
          'Connect to another system',
          'A GTFS-Realtime address is asked for vehicle positions and trip updates, a broker that speaks HFP is listened to. Its vehicles are registered as devices by their ids there. The Things Stack (`tts`) and ChirpStack (`chirpstack`) hand over the uplinks of LoRaWAN devices, which are found, and then adopted. Telraam (`telraam`) is asked for the hours of a segment, which are readings of the device that is named. `credentials` are kept encrypted and never shown; they need KERBSIDE_SECRET_KEY.',
        ),
        params: authorityParams,
        body: newConnectionSchema,
        response: answers(201, 'Created', shownSchema),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const { credentials, ...asked } = request.body
      const connection = complete(asked)
      const sealed = credentials ? seal(authority, connection.id, credentials) : null
      await registry.createConnection(authority, connection, sealed, actorOf(request))
      reply.header('location', `${publicUrl}/v1/authorities/${authority}/connections/${connection.id}`)
      return reply.code(201).send(show(await registry.getConnection(authority, connection.id)))
    },
  )

  app.get(
    `${url}/:id`,
    {
      config,
      schema: {
        ...documented('transit', 'getConnection', 'Get a connection, and how it fares'),
        params,
        response: answers(200, 'The connection', shownSchema),
      },
    },
    async ({ params: { authority, id } }) => show(await registry.getConnection(authority, id)),
  )

  app.patch(
    `${url}/:id`,
    {
      config,
      schema: {
        ...documented(
          'transit',
          'updateConnection',
          'Change a connection',
          'Only what is given changes; `credentials` as a whole, null for none.',
        ),
        params,
        body: connectionPatchSchema,
        response: answers(200, 'As it is now', shownSchema),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      const { credentials, ...changes } = request.body
      const { connection } = await registry.getConnection(authority, id)
      const changed = patch(connection, changes)
      const sealed = credentials ? seal(authority, id, credentials) : credentials
      // What was told to one host is not told to another that somebody puts in its place.
      if (credentials === undefined && receiverOf(changed) !== receiverOf(connection)) {
        await registry.updateConnection(authority, changed, null, actorOf(request))
      } else await registry.updateConnection(authority, changed, sealed, actorOf(request))
      return show(await registry.getConnection(authority, id))
    },
  )

  app.delete(
    `${url}/:id`,
    {
      config,
      schema: {
        ...documented(
          'transit',
          'deleteConnection',
          'End a connection',
          'The vehicles that it registered stay.',
        ),
        params,
        response: answersEmpty('Ended'),
      },
    },
    async (request, reply) => {
      const { authority, id } = request.params
      await registry.deleteConnection(authority, id, actorOf(request))
      return reply.code(204).send()
    },
  )

  function seal(authority: string, id: string, credentials: Credentials): Uint8Array {
    if (sealer) return sealer.seal(authority, id, credentials)
    const message = 'cannot be kept: this installation has no KERBSIDE_SECRET_KEY to encrypt them with'
    throw refuse([{ path: 'credentials', message }])
  }
}

/** Under a client id of its own, a network keeps for it what comes while Kerbside is away. */
function complete(asked: z.infer<typeof newConnectionSchema>): Connection {
  if (asked.type !== 'tts' && asked.type !== 'chirpstack') return asked
  return { ...asked, clientId: asked.clientId ?? `kerbside-${randomBytes(7).toString('hex')}` }
}

/** Who is told its credentials. An mqtt address has no `origin`. */
function receiverOf({ url }: Connection): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

function patch(connection: Connection, changes: Record<string, unknown>): Connection {
  const result = connectionSchema.safeParse({ ...connection, ...changes }, { reportInput: true })
  if (!result.success) throw refuse(describeZodError(result.error, connectionSchema))
  return result.data
}

function show({ connection, sealed, state }: ConnectionRecord): z.infer<typeof shownSchema> {
  return {
    ...connection,
    hasCredentials: sealed !== null,
    state: state && showState(state),
  }
}

function showState({ triedTime, succeededTime, lastUplinkTime, ...state }: ConnectionState) {
  return {
    ...state,
    triedTime: formatTime(triedTime),
    succeededTime: formatNullable(succeededTime),
    ...(lastUplinkTime !== undefined && { lastUplinkTime: formatNullable(lastUplinkTime) }),
  }
}

function formatNullable(time: number | null): string | null {
  return time === null ? null : formatTime(time)
}

function refuse(faults: readonly { path: string; message: string }[]): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', 'The body is not as it should be', { faults })
}
