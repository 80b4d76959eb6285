import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { kindOf, newShareSchema, type SharedDataset, sharePatchSchema } from '../../model/share.ts'
import { formatTime } from '../../model/time.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import { pageOf, pageQuery, pageQueryOf, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { formatShare, formatShareAccess, shareAccessSchema, shareJsonSchema } from '../share-json.ts'

schemas.add(newShareSchema, { id: 'NewShare' })
schemas.add(sharePatchSchema, { id: 'SharePatch' })
schemas.add(shareJsonSchema, { id: 'Share' })

const listQuery = pageQuery.extend({
  direction: z
    .enum(['granted', 'received'])
    .default('granted')
    .describe('Those that this authority grants, or those that others grant to it'),
})

const GRANTING =
  'Bins or counters (of an `area`, or by `deviceIds`; all where neither is said) or the departures of stops (of an `area`, or by `stopIds`), from `from` to before `until`: that is when they may be read, and what was measured before is a part of them. With the purpose `plan` bins may be in the other authority’s rounds, and counters improve its travel times. Whether there is an authority of the id `to` is not said: the answer is the same, and nobody ever finds a share that is granted to nobody. It is to be seen in its own list, with `direction=received`.'

/** What an authority lets another one use. */
export function registerShares(app: Api, parts: ApiParts): void {
  const { registry, clock, publicUrl = '' } = parts
  const url = '/v1/authorities/:authority/shares'
  const params = authorityParams.extend({ share: idSchema })

  app.get(
    url,
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'shares',
          'listShares',
          'List what is granted, or received',
          'Those that are over stay for 92 days.',
        ),
        params: authorityParams,
        querystring: listQuery,
        response: answers(200, 'A page of shares', pageOf(shareJsonSchema)),
      },
    },
    async (request, reply) => {
      const page = await registry.listShares(request.params.authority, request.query)
      return sendPage(request, reply, page, (share) => formatShare(share, clock.now()), publicUrl)
    },
  )

  app.post(
    url,
    {
      config: { scope: 'admin' },
      schema: {
        ...documented('shares', 'createShare', 'Let another authority use a dataset', GRANTING),
        params: authorityParams,
        body: newShareSchema,
        response: answers(201, 'Granted', shareJsonSchema),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const { to, dataset, purpose, ...period } = request.body
      const [from, until] = [timeOf(period.from) ?? clock.now(), timeOf(period.until) ?? 0]
      if (to === authority) throw refuse('to', 'is this authority itself')
      if (until <= from) throw refuse('until', `must be after from, which is ${formatTime(from)}`)
      if (until <= clock.now()) throw refuse('until', 'is over already')
      await checkNames(authority, dataset)
      await checkReceiver(request, to)
      const share = { id: randomBytes(16).toString('hex'), to, dataset, purpose, from, until }
      const created = await registry.createShare(authority, share, actorOf(request))
      reply.code(201).header('location', `${publicUrl}/v1/authorities/${authority}/shares/${created.id}`)
      return formatShare(created, clock.now())
    },
  )

  app.get(
    `${url}/:share`,
    {
      config: { scope: 'read' },
      schema: {
        ...documented('shares', 'getShare', 'Get a share', 'Each side by its own path.'),
        params,
        response: answers(200, 'The share', shareJsonSchema),
      },
    },
    async ({ params: { authority, share } }) =>
      formatShare(await registry.getShare(authority, share), clock.now()),
  )

  app.patch(
    `${url}/:share`,
    {
      config: { scope: 'admin' },
      schema: {
        ...documented(
          'shares',
          'updateShare',
          'Grant something for longer, or for less long',
          'By the granting authority. A time that is past ends it at once.',
        ),
        params,
        body: sharePatchSchema,
        response: answers(200, 'As it is now', shareJsonSchema),
      },
    },
    async (request) => {
      const { authority, share: id } = request.params
      const until = timeOf(request.body.until) ?? 0
      const before = await registry.getShare(authority, id)
      // What is granted is for whoever grants it to change; for the other side there is nothing to be changed here.
      if (before.granting !== authority) throw new KerbsideError('NOT_FOUND', `There is no share "${id}".`)
      if (until <= before.from)
        throw refuse('until', `must be after from, which is ${formatTime(before.from)}`)
      return formatShare(await registry.updateShare(authority, id, until, actorOf(request)), clock.now())
    },
  )

  app.delete(
    `${url}/:share`,
    {
      config: { scope: 'admin' },
      schema: {
        ...documented(
          'shares',
          'deleteShare',
          'Withdraw a share, or decline it',
          'By either side, at once. It stays in both lists for 92 days, and so do its accesses.',
        ),
        params,
        response: answersEmpty('It is over'),
      },
    },
    async (request, reply) => {
      const { authority, share } = request.params
      await registry.endShare(authority, share, actorOf(request))
      return reply.code(204).send()
    },
  )

  app.get(
    `${url}/:share/accesses`,
    {
      config: { scope: 'admin' },
      schema: {
        ...documented(
          'shares',
          'listShareAccesses',
          'List what was done with a share',
          'Newest first, for both sides: `features`, `readings` and `departures` were read, `plan` and `traffic` used for a round. Which key it was, or `planning`, and for which round, is told to the receiving side; the granting one has that authority as `actor`. Kept for 92 days, the last 10,000.',
        ),
        params,
        querystring: pageQueryOf(/^\d{1,15}$/),
        response: answers(200, 'A page of accesses', pageOf(shareAccessSchema)),
      },
    },
    async (request, reply) => {
      const { authority, share: id } = request.params
      const share = await registry.getShare(authority, id)
      const page = await registry.listShareAccesses(id, request.query)
      return sendPage(
        request,
        reply,
        page,
        (access) => formatShareAccess(access, share, authority),
        publicUrl,
      )
    },
  )

  /** What is named and not there is misspelt: nobody would notice. */
  async function checkNames(authority: string, dataset: SharedDataset): Promise<void> {
    if (dataset.type === 'departures') {
      const { stopIds } = dataset
      if (!stopIds) return
      const timetable = await parts.timetables?.find(authority)
      for (const [index, id] of stopIds.entries()) {
        if (!timetable?.stops.indexOf.has(id))
          throw refuse(`dataset.stopIds.${index}`, `there is no stop ${id}`)
      }
      return
    }
    await parts.directory.refresh()
    const kind = kindOf(dataset)
    for (const [index, id] of (dataset.deviceIds ?? []).entries()) {
      if (parts.directory.find(authority, id)?.device.kind === kind) continue
      throw refuse(`dataset.deviceIds.${index}`, `there is no ${kind === 'bin' ? 'bin' : 'counter'} ${id}`)
    }
  }

  /** The installation's own key sees all authorities, so it may be told that this is none of them. */
  async function checkReceiver({ caller }: FastifyRequest, to: string): Promise<void> {
    if (caller?.authority !== null) return
    try {
      await registry.getAuthority(to)
    } catch (error) {
      if (!(error instanceof KerbsideError) || error.code !== 'NOT_FOUND') throw error
      throw refuse('to', `there is no authority ${to}`)
    }
  }
}

function timeOf(time: string | number | undefined): number | undefined {
  return time === undefined ? undefined : new Date(time).getTime()
}

function refuse(path: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `${path} ${message}`, { faults: [{ path, message }] })
}
