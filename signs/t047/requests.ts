import { z } from 'zod'
import type { Device } from '../../model/device.ts'
import type { Sign } from '../../model/sign.ts'
import type { ContentRequest } from '../../model/sign-topic.ts'
import { formatTimestamp, type Location, locationSchema, timestampSchema, toText } from './common-schemas.ts'

const CLEARDOWN_REASONS = ['DEPARTED', 'CANCELLED', 'SHORT_WORKING', 'DIVERTED', 'ARRIVED'] as const
export type CleardownReason = (typeof CLEARDOWN_REASONS)[number]

/** Payload of `CMS/cleardown/request/…`. */
export const cleardownRequestSchema = z.object({
  cleardownRequest: z.object({
    departureId: z.string().min(1),
    cleardownReason: z.enum(CLEARDOWN_REASONS),
    timestamp: timestampSchema,
  }),
})

export function formatCleardown(departureId: string, cleardownReason: CleardownReason, now: number): string {
  const request: z.infer<typeof cleardownRequestSchema> = {
    cleardownRequest: { departureId, cleardownReason, timestamp: formatTimestamp(now) },
  }
  return JSON.stringify(request)
}

/** What the system asks of one display, which answers with the same `requestId`. */
export type SignQuestion = 'status' | 'displayCapability' | 'textSnapshot'

export function formatQuestion(question: SignQuestion, requestId: string): string {
  return JSON.stringify({ [`${question}Request`]: { requestId } })
}

/** Payload of `{type}/discovery/response/{vendor}/{device}`. */
export const discoveryResponseSchema = z.object({
  discoveryResponse: z.object({
    vendorId: z.string(),
    deviceId: z.string(),
    requestId: z.string(),
    responseId: z.string(),
    locationConfig: locationSchema,
  }),
})

export function formatDiscoveryResponse({
  sign,
  device,
  requestId,
  responseId,
}: {
  sign: Sign
  device: Device
  requestId: string
  responseId: string
}): string {
  const { vendorId, deviceId } = sign
  const response: z.infer<typeof discoveryResponseSchema> = {
    discoveryResponse: {
      vendorId,
      deviceId,
      requestId,
      responseId,
      locationConfig: describeLocation(sign, device),
    },
  }
  return JSON.stringify(response)
}

function describeLocation(
  { stopIds }: Sign,
  { name, longitude, latitude, settings: { localityId, clusterId } }: Device,
): Location {
  return {
    localities: localityId === undefined ? [] : [localityId],
    clusters: clusterId === undefined ? [] : [clusterId],
    stops: [...stopIds],
    ...(name !== null && { locationName: toText(name) }),
    ...(longitude !== null && latitude !== null && { geographicCoordinates: { longitude, latitude } }),
  }
}

/** Payload of `CMS/{content}/response/…`: what was asked for has been sent, or there is none. */
export const contentResponseSchema = z.record(
  z.string(),
  z.object({ requestId: z.string(), status: z.enum(['DONE', 'NO_DATA']), timestamp: timestampSchema }),
)

export function formatContentResponse(
  content: ContentRequest,
  requestId: string,
  status: 'DONE' | 'NO_DATA',
  now: number,
): string {
  return JSON.stringify({ [`${content}Response`]: { requestId, status, timestamp: formatTimestamp(now) } })
}
