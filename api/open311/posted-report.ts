import { z } from 'zod'
import {
  type NewCitizenReport,
  REPORT_SERVICES,
  reportContactSchema,
  reportWordsSchema,
} from '../../model/citizen-report.ts'
import { idSchema } from '../../model/id.ts'

const { description, address, addressId, mediaUrl } = reportWordsSchema.shape
const { firstName, lastName, email, phone } = reportContactSchema.shape
const text = <T extends z.ZodNullable<z.ZodString>>(schema: T) => schema.unwrap().optional()

/** The fields of a report by the GeoReport API (v2, POST service request), as a form has them; empty ones are left out before. */
export const postedReportSchema = z
  .object({
    jurisdiction_id: idSchema.optional().describe("The authority's id, which the path has already"),
    service_code: z.enum(REPORT_SERVICES),
    lat: z.coerce.number().min(-90).max(90).optional(),
    long: z.coerce.number().min(-180).max(180).optional(),
    address_string: text(address),
    address_id: text(addressId),
    'attribute[device]': idSchema.optional().describe('The id of the bin'),
    description: text(description),
    media_url: text(mediaUrl).describe('Kept, and never fetched'),
    first_name: text(firstName),
    last_name: text(lastName),
    email: text(email),
    phone: text(phone),
    device_id: z.string().optional().describe("Of the reporter's telephone: it is not kept"),
    account_id: z.string().optional().describe('It is not kept'),
    api_key: z.string().optional().describe('Not looked at: a key goes into the header Authorization'),
  })
  .refine(({ lat, long }) => (lat === undefined) === (long === undefined), {
    path: ['long'],
    message: 'lat and long are needed together',
  })
  .refine(
    (posted) =>
      posted.lat !== undefined ||
      posted.address_string !== undefined ||
      posted.address_id !== undefined ||
      posted['attribute[device]'] !== undefined,
    {
      path: ['lat'],
      message: 'a place is needed: lat and long, address_string, address_id or attribute[device]',
    },
  )
export type PostedReport = z.infer<typeof postedReportSchema>

/** What of it is kept. */
export function readPosted(
  posted: PostedReport,
): Pick<NewCitizenReport, 'service' | 'deviceId' | 'longitude' | 'latitude' | 'words' | 'contact'> {
  return {
    service: posted.service_code,
    deviceId: posted['attribute[device]'] ?? null,
    longitude: posted.long ?? null,
    latitude: posted.lat ?? null,
    words: {
      description: posted.description ?? null,
      address: posted.address_string ?? null,
      addressId: posted.address_id ?? null,
      mediaUrl: posted.media_url ?? null,
    },
    contact: {
      firstName: posted.first_name ?? null,
      lastName: posted.last_name ?? null,
      email: posted.email ?? null,
      phone: posted.phone ?? null,
    },
  }
}
