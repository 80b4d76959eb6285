import { z } from 'zod'
import { REPORT_STATUSES } from '../../model/citizen-report.ts'
import { schemas } from '../schemas.ts'

const text = z.string().nullable()
export const serviceSchema = z.object({
  service_code: z.string(),
  service_name: z.string(),
  description: z.string(),
  metadata: z.boolean(),
  type: z.literal('realtime'),
  keywords: z.string(),
  group: z.string(),
})
export const definitionSchema = z.object({
  service_code: z.string(),
  attributes: z.array(
    z.object({
      variable: z.boolean(),
      code: z.string(),
      datatype: z.string(),
      required: z.boolean(),
      datatype_description: z.string(),
      order: z.int(),
      description: z.string(),
      values: z.array(z.object({ key: z.string(), name: z.string() })),
    }),
  ),
})
export const requestSchema = z.object({
  service_request_id: z.string(),
  status: z.enum(REPORT_STATUSES),
  status_notes: z.string(),
  service_name: z.string(),
  service_code: z.string(),
  description: text,
  agency_responsible: z.string(),
  service_notice: text,
  requested_datetime: z.iso.datetime(),
  updated_datetime: z.iso.datetime(),
  expected_datetime: text,
  address: text,
  address_id: text,
  zipcode: text,
  lat: z.number().nullable(),
  long: z.number().nullable(),
  media_url: text,
})
export const postedSchema = z.object({
  service_request_id: z.string(),
  service_notice: z.string(),
  account_id: text,
})
export const tokenSchema = z.object({ service_request_id: z.string(), token: z.string() })
export const discoverySchema = z.object({
  changeset: z.string(),
  contact: z.string(),
  key_service: z.string(),
  endpoints: z.array(
    z.object({
      specification: z.string(),
      url: z.string(),
      changeset: z.string(),
      type: z.string(),
      formats: z.array(z.string()),
    }),
  ),
})
schemas.add(requestSchema, { id: 'Open311Request' })
schemas.add(serviceSchema, { id: 'Open311Service' })
