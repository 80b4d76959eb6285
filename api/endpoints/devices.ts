import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Device, deviceSchema, KINDS, type NewDevice } from '../../model/device.ts'
import { KerbsideError } from '../../model/error.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, deviceParams, devicePatchBody, newDeviceBody } from '../schemas.ts'
import { takeInFound } from '../take-in-found.ts'

const DEVICES_PER_REQUEST_MAX = 1_000
/** Each reading that waits of a found device is decoded and stored anew. */
const TAKE_IN_MS = 600_000

const credentialsSchema = z.object({ username: z.string(), password: z.string() })
const registeredSchema = deviceSchema.extend({ credentials: credentialsSchema })

export function registerDevices(app: Api, parts: ApiParts): void {
  const { registry, directory, mqttUrl, publicUrl = '' } = parts
  app.get(
    '/v1/authorities/:authority/devices',
    {
      config: { scope: 'read' },
      schema: {
        ...documented('devices', 'listDevices', 'List the devices'),
        params: authorityParams,
        querystring: pageQuery.extend({ kind: z.enum(KINDS).optional() }),
        response: answers(200, 'A page of devices, in the order of their ids', pageOf(deviceSchema)),
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await registry.listDevices(request.params.authority, request.query),
        (device) => device,
        publicUrl,
      ),
  )

  app.post(
    '/v1/authorities/:authority/devices',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'devices',
          'createDevices',
          'Register a device, or several',
          'One object, or an array of up to 1,000, of which all are registered or none. The passwords are shown now and never again. What waits of found devices with their `devEui` is stored, as where they are adopted.',
        ),
        params: authorityParams,
        body: z.union([newDeviceBody, z.array(newDeviceBody).min(1).max(DEVICES_PER_REQUEST_MAX)]),
        response: answers(
          201,
          'Registered, with what each logs in with',
          z.union([registeredSchema, z.object({ items: z.array(registeredSchema) })]),
        ),
      },
      handlerTimeout: TAKE_IN_MS,
    },
    async (request, reply) => {
      const { authority } = request.params
      const { body } = request
      const devices = Array.isArray(body) ? body : [body]
      refuseRepeatedIds(devices)
      const created = await registry.createDevices(authority, devices, actorOf(request))
      await takeIn(
        request,
        created.map(({ device }) => device),
      )
      const items = created.map(({ device, password }) => ({
        ...device,
        credentials: { username: `${authority}/${device.id}`, password },
      }))
      const [first] = items
      reply.code(201).header('cache-control', 'no-store')
      if (Array.isArray(body) || !first) return { items }
      reply.header('location', `${publicUrl}/v1/authorities/${authority}/devices/${first.id}`)
      return first
    },
  )

  app.get(
    '/v1/authorities/:authority/mqtt',
    {
      config: { scope: 'read' },
      schema: {
        ...documented('devices', 'getMqtt', 'Where devices publish'),
        params: authorityParams,
        response: answers(
          200,
          'The address of the broker, null where this process does not know it; and what topics begin with',
          z.object({ url: z.string().nullable(), topicPrefix: z.string() }),
        ),
      },
    },
    async (request) => ({ url: mqttUrl ?? null, topicPrefix: `kerbside/v1/${request.params.authority}` }),
  )

  app.get(
    '/v1/authorities/:authority/devices/:device',
    {
      config: { scope: 'read' },
      schema: {
        ...documented('devices', 'getDevice', 'Get a device'),
        params: deviceParams,
        response: answers(200, 'The device', deviceSchema),
      },
    },
    async (request) => registry.getDevice(request.params.authority, request.params.device),
  )

  app.patch(
    '/v1/authorities/:authority/devices/:device',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'devices',
          'updateDevice',
          "Change a device's name, place or settings",
          'Only what is given changes, within `settings` at every depth too, where null removes what it names.',
        ),
        params: deviceParams,
        body: devicePatchBody,
        response: answers(200, 'As it is now', deviceSchema),
      },
      handlerTimeout: TAKE_IN_MS,
    },
    async (request) => {
      const { authority, device } = request.params
      const updated = await registry.updateDevice(authority, device, request.body, actorOf(request))
      await takeIn(request, [updated])
      return updated
    },
  )

  app.delete(
    '/v1/authorities/:authority/devices/:device',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'devices',
          'deleteDevice',
          'Delete a device',
          'It can no longer log in. Its readings stay in the store.',
        ),
        params: deviceParams,
        response: answersEmpty('Deleted'),
      },
    },
    async (request, reply) => {
      const { authority, device } = request.params
      await registry.deleteDevice(authority, device, actorOf(request))
      await directory.refresh()
      return reply.code(204).send()
    },
  )

  app.post(
    '/v1/authorities/:authority/devices/:device/credentials',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'devices',
          'rotateCredentials',
          'Give a device a new password',
          'The old one ends at once; the new one is shown now and never again.',
        ),
        params: deviceParams,
        response: answers(201, 'What the device logs in with from now on', credentialsSchema),
      },
    },
    async (request, reply) => {
      const { authority, device } = request.params
      const { password } = await registry.rotateCredentials(authority, device, actorOf(request))
      await directory.refresh()
      reply.code(201).header('cache-control', 'no-store')
      return { username: `${authority}/${device}`, password }
    },
  )

  /** The devices are changed already: who asked for it is told so, and the passwords, whatever comes of what waits. */
  async function takeIn(request: FastifyRequest, devices: readonly Device[]): Promise<void> {
    const { authority } = request.params as { authority: string }
    try {
      await takeInFound(parts, authority, devices, actorOf(request))
    } catch (error) {
      request.log.warn({ err: error }, 'the uplinks of registered devices could not be tried again')
    }
  }
}

function refuseRepeatedIds(devices: readonly NewDevice[]): void {
  const indexById = new Map<string, number>()
  const faults = devices.flatMap(({ id }, index) => {
    const earlier = indexById.get(id)
    if (earlier === undefined) indexById.set(id, index)
    return earlier === undefined ? [] : [{ path: `${index}.id`, message: `${id} is at ${earlier} already` }]
  })
  if (faults.length > 0) {
    throw new KerbsideError('INVALID_REQUEST', 'The body names a device twice', { faults })
  }
}
