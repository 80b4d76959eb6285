import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { Publishable } from '../../model/authority.ts'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { newServiceAlertSchema, type ServiceAlert, serviceAlertSchema } from '../../model/service-alert.ts'
import {
  newServiceChangeSchema,
  type ServiceChange,
  serviceChangeSchema,
} from '../../model/service-change.ts'
import type { ServiceNoticeKind, ServiceNoticeOf } from '../../model/service-notice.ts'
import { newWorksSchema, worksSchema } from '../../model/works.ts'
import { checkAlertReferences, checkChangeReferences } from '../../transit/feed/check-references.ts'
import type { Timetable } from '../../transit/timetable/timetable.ts'
import { answers, answersEmpty, documented, documentedPublishable } from '../documented.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'
import type { TransitView } from '../transit-view.ts'

schemas.add(serviceAlertSchema, { id: 'ServiceAlert' })
schemas.add(newServiceAlertSchema, { id: 'NewServiceAlert' })
schemas.add(serviceChangeSchema, { id: 'ServiceChange' })
schemas.add(newServiceChangeSchema, { id: 'NewServiceChange' })
schemas.add(worksSchema, { id: 'Works' })
schemas.add(newWorksSchema, { id: 'NewWorks' })

interface Fault {
  readonly path: string
  readonly message: string
}

type Notice = ServiceNoticeOf[ServiceNoticeKind]
type NewNotice = z.infer<typeof newServiceAlertSchema | typeof newServiceChangeSchema | typeof newWorksSchema>

interface NoticeResource {
  readonly kind: ServiceNoticeKind
  /** For operation ids. */
  readonly Name: string
  readonly noun: string
  /** Where this is published, anybody reads them. */
  readonly published: Publishable
  readonly description: string
  readonly schema: z.ZodType<Notice>
  readonly newSchema: z.ZodType<NewNotice>
  readonly check: (timetable: Timetable, notice: Notice) => Fault[]
}

/** What operators enter about their public transport: alerts for passengers, and what runs otherwise. */
export function registerServiceNotices(app: Api, parts: ApiParts, view: TransitView): void {
  registerNotice(app, parts, view, {
    kind: 'service-alerts',
    Name: 'ServiceAlert',
    noun: 'service alert',
    published: 'service-alerts',
    description:
      'Told in `gtfs-rt/alerts` while one of its `activePeriods` is, or always where it has none. An `area` stands for the stops within it.',
    schema: serviceAlertSchema,
    newSchema: newServiceAlertSchema,
    check: (timetable, notice) => checkAlertReferences(timetable, notice as ServiceAlert),
  })
  registerNotice(app, parts, view, {
    kind: 'service-changes',
    Name: 'ServiceChange',
    noun: 'service change',
    published: 'departures',
    description:
      'A `cancellation`, `skipped-stops`, a `detour` or an `added-trip`. It holds at once in departures and feeds, for trips of the next 18 hours; with a `header` it is told as an alert, too.',
    schema: serviceChangeSchema,
    newSchema: newServiceChangeSchema,
    check: (timetable, notice) => checkChangeReferences(timetable, notice as ServiceChange),
  })
  registerNotice(app, parts, view, {
    kind: 'works',
    Name: 'Roadwork',
    noun: 'roadwork',
    published: 'service-alerts',
    description: 'Works in the streets that people are told of, in `feeds/works.atom` until they are over.',
    schema: worksSchema,
    newSchema: newWorksSchema,
    check: () => [],
  })
}

function registerNotice(
  app: Api,
  { registry, timetables, publicUrl = '' }: ApiParts,
  view: TransitView,
  { kind, Name, noun, published, description, schema, newSchema, check }: NoticeResource,
): void {
  const params = authorityParams.extend({ id: idSchema })
  const path = `/v1/authorities/:authority/${kind}`

  app.get(
    path,
    {
      config: { scope: 'read', published, isLicensed: true },
      schema: {
        ...documentedPublishable('transit', `list${Name}s`, `List the ${noun}s`),
        params: authorityParams,
        querystring: pageQuery,
        response: answers(200, `A page of ${noun}s`, pageOf(schema)),
      },
    },
    async (request, reply) => {
      const page = await registry.listServiceNotices(request.params.authority, kind, request.query)
      return sendPage(request, reply, page, (notice) => notice, publicUrl)
    },
  )

  app.post(
    path,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'transit',
          `create${Name}`,
          `Enter a ${noun}`,
          `${description} Without an \`id\` it is given one.`,
        ),
        params: authorityParams,
        body: newSchema,
        response: answers(201, 'Entered', schema),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const notice = giveId(request.body, randomBytes(8).toString('hex'))
      await refuseUnknown(authority, notice)
      await registry.createServiceNotice(authority, kind, notice, actorOf(request))
      view.forgetNotices(authority)
      reply.header('location', `${publicUrl}/v1/authorities/${authority}/${kind}/${notice.id}`)
      return reply.code(201).send(notice)
    },
  )

  app.get(
    `${path}/:id`,
    {
      config: { scope: 'read', published, isLicensed: true },
      schema: {
        ...documentedPublishable('transit', `get${Name}`, `Get a ${noun}`),
        params,
        response: answers(200, `The ${noun}`, schema),
      },
    },
    async (request) => registry.getServiceNotice(request.params.authority, kind, request.params.id),
  )

  app.put(
    `${path}/:id`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('transit', `replace${Name}`, `Replace a ${noun}`, description),
        params,
        body: newSchema,
        response: answers(200, 'As it is now', schema),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      const notice = giveId(request.body, id)
      if (notice.id !== id) throw refuse([{ path: 'id', message: `cannot be changed, and is ${id}` }])
      await refuseUnknown(authority, notice)
      await registry.updateServiceNotice(authority, kind, notice, actorOf(request))
      view.forgetNotices(authority)
      return notice
    },
  )

  app.delete(
    `${path}/:id`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('transit', `delete${Name}`, `Delete a ${noun}`),
        params,
        response: answersEmpty('Deleted'),
      },
    },
    async (request, reply) => {
      const { authority, id } = request.params
      await registry.deleteServiceNotice(authority, kind, id, actorOf(request))
      view.forgetNotices(authority)
      return reply.code(204).send()
    },
  )

  /** Where there is a timetable: what it has not is a typing error more often than a timetable to come. */
  async function refuseUnknown(authority: string, notice: Notice): Promise<void> {
    const timetable = await timetables?.find(authority)
    const faults = timetable ? check(timetable, notice) : []
    if (faults.length > 0) throw refuse(faults)
  }
}

function giveId(notice: NewNotice, id: string): Notice {
  return { ...notice, id: notice.id ?? id }
}

function refuse(faults: readonly Fault[]): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', 'The body is not as it should be', { faults })
}
