import { z } from 'zod'
import { readSignPayload, type SignBody } from '../../model/sign-payload.ts'
import { type ContentRequest, parseSignTopic } from '../../model/sign-topic.ts'
import { parseTime } from '../../model/time.ts'

/** What a display said, as far as an answer or a record of it is due. Times are ms since 1970. */
export type Said = { readonly body: SignBody } & (
  | { readonly type: 'alive' }
  | { readonly type: 'discoveryRequest'; readonly requestId: string }
  | { readonly type: 'discoveryAcknowledge'; readonly responseId: string }
  | {
      readonly type: 'contentRequest'
      readonly content: ContentRequest
      readonly requestId: string
      /** Those that it asks for; none stands for all of its own. */
      readonly stopIds: readonly string[]
    }
  | { readonly type: 'cleardown'; readonly departureId: string; readonly time: number | undefined }
  | { readonly type: 'textSnapshot'; readonly lines: readonly string[] }
  | {
      readonly type: 'displayCapability'
      readonly lineCount: number | undefined
      readonly charsPerLine: number | undefined
    }
  | { readonly type: 'status'; readonly firmware: string | undefined }
)

const idSchema = z.string().min(1).max(256)
const sizeSchema = z.int().min(1).max(1_000).optional().catch(undefined)

const discoveryRequestSchema = z.object({ requestId: idSchema })
const discoveryAcknowledgeSchema = z.object({ responseId: idSchema })
const contentRequestSchema = z.object({
  requestId: idSchema,
  locationConfig: z
    .object({ stops: z.array(z.string().max(64)).max(100).catch([]) })
    .optional()
    .catch(undefined),
})
const cleardownSchema = z.object({ departureId: idSchema, timestamp: z.unknown() })
const snapshotSchema = z.object({ lines: z.array(z.string().max(1_000)).max(100) })
const capabilitySchema = z.object({
  textDisplayConfig: z.object({ lines: sizeSchema, charsPerLine: sizeSchema }).catch({}),
})
const statusSchema = z.object({
  statusReport: z.object({ firmwareVersion: z.string().max(256).optional().catch(undefined) }).catch({}),
})

/** Undefined where it is none of the standard's messages, or not as the standard has it: the quarantine has it then. */
export function readSaying(topicName: string, payload: Uint8Array): Said | undefined {
  const topic = parseSignTopic(topicName)
  const body = topic && readSignPayload(payload)
  if (!topic || !body) return undefined
  switch (topic.name) {
    case 'heartbeat':
    case 'sensorEvent':
      return { type: 'alive', body }
    case 'discoveryRequest':
      return read(discoveryRequestSchema, body, ({ requestId }) => ({ type: 'discoveryRequest', requestId }))
    case 'discoveryAcknowledge':
      return read(discoveryAcknowledgeSchema, body, ({ responseId }) => ({
        type: 'discoveryAcknowledge',
        responseId,
      }))
    case 'cleardown':
      return read(cleardownSchema, body, ({ departureId, timestamp }) => ({
        type: 'cleardown',
        departureId,
        time: parseTime(timestamp),
      }))
    case 'textSnapshot':
      return read(snapshotSchema, body, ({ lines }) => ({ type: 'textSnapshot', lines }))
    case 'displayCapability':
      return read(capabilitySchema, body, ({ textDisplayConfig: { lines, charsPerLine } }) => ({
        type: 'displayCapability',
        lineCount: lines,
        charsPerLine,
      }))
    case 'status':
      return read(statusSchema, body, ({ statusReport: { firmwareVersion } }) => ({
        type: 'status',
        firmware: firmwareVersion,
      }))
    default: {
      const content = topic.name
      return read(contentRequestSchema, body, ({ requestId, locationConfig }) => ({
        type: 'contentRequest',
        content,
        requestId,
        stopIds: locationConfig?.stops ?? [],
      }))
    }
  }
}

type Bare<T> = T extends { readonly body: SignBody } ? Omit<T, 'body'> : never

function read<T>(schema: z.ZodType<T>, body: SignBody, toSaid: (value: T) => Bare<Said>): Said | undefined {
  const parsed = schema.safeParse(body)
  return parsed.success ? ({ ...toSaid(parsed.data), body } as Said) : undefined
}
