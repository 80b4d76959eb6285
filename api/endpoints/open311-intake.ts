import { z } from 'zod'
import { textsFor } from '../../exchange/texts/texts-for.ts'
import { KerbsideError } from '../../model/error.ts'
import { documentedPublishable } from '../documented.ts'
import { answersIn, OPEN311_FORMATS, sendIn } from '../open311/open311-format.ts'
import {
  commonQuery,
  languageOf,
  OPEN311_PATH,
  REQUEST_NAMES,
  requireJurisdiction,
  routeOf,
  suffixOf,
} from '../open311/open311-route.ts'
import { postedSchema } from '../open311/open311-schemas.ts'
import { parseForms } from '../open311/parse-forms.ts'
import { postedReportSchema, readPosted } from '../open311/posted-report.ts'
import { createSaidBefore } from '../open311/said-before.ts'
import type { Api, ApiParts } from '../parts.ts'
import { createRateCounts } from '../rate-counts.ts'
import { createReportIntake } from '../report-intake.ts'
import { authorityParams } from '../schemas.ts'

/** Reports from an address without a key; more are answered with 429. */
const PER_HOUR = 20
const HOUR_MS = 3_600_000
/** Addresses that are counted; the least recently seen are let go. */
const COUNTED_MAX = 10_000

/** What people report (GeoReport v2, POST service request), in a plugin of its own: forms are read nowhere else. */
export async function registerOpen311Intake(app: Api, parts: ApiParts): Promise<void> {
  await app.register(async (plugin) => {
    const forms = plugin as unknown as Api
    parseForms(forms)
    const intake = createReportIntake(parts)
    const reporters = createRateCounts(COUNTED_MAX, HOUR_MS)
    const said = createSaidBefore(COUNTED_MAX)
    for (const format of OPEN311_FORMATS) {
      forms.post(
        `${OPEN311_PATH}/requests.${format}`,
        {
          ...routeOf(format),
          schema: {
            ...documentedPublishable(
              'reports',
              `createOpen311Request${suffixOf(format)}`,
              `Report something (GeoReport v2, POST service request, ${format})`,
              'A form, as the standard has it, or JSON with the same fields. The bin is `attribute[device]`, or else the nearest one within the distance of the settings. A report of the same that was made near by a short time ago is attached to the first, whose id is then the answer. `device_id` and `account_id` are not kept. Without a key, 20 reports an hour from an address.',
            ),
            consumes: ['application/x-www-form-urlencoded', 'multipart/form-data', 'application/json'],
            params: authorityParams,
            querystring: commonQuery,
            body: postedReportSchema,
            response: answersIn(format, 201, 'It is kept', z.array(postedSchema)),
          },
        },
        async (request, reply) => {
          const { authority } = request.params
          requireJurisdiction(authority, request.body.jurisdiction_id ?? request.query.jurisdiction_id)
          if (!request.caller) {
            const { current, ttl } = reporters.count(request.ip)
            if (current > PER_HOUR) {
              reply.header('retry-after', String(Math.ceil(ttl / 1000)))
              throw new KerbsideError('RATE_LIMITED', `More than ${PER_HOUR} reports in an hour from here`)
            }
          }
          const language = languageOf(request)
          const posted = { ...readPosted(request.body), language }
          // Who has a key speaks for others, each of whom counts.
          const { caller, ip } = request
          const { report, isDuplicate } = await intake.take(authority, posted, {
            actor: caller?.actor ?? 'public',
            saidBefore: caller ? new Set() : said.listOf(ip),
          })
          if (!caller) said.note(ip, report.id)
          reply.code(201).header('cache-control', 'no-store')
          const texts = textsFor(language)
          const answer = [
            {
              service_request_id: report.id,
              service_notice: isDuplicate ? texts.reportAttached : texts.reportReceived,
              account_id: null,
            },
          ]
          return sendIn(format, reply, answer, REQUEST_NAMES)
        },
      )
    }
  })
}
