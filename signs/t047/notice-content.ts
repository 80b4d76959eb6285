import { z } from 'zod'
import type { StopNotice } from '../stop-notice.ts'
import { formatTimestamp, textSchema, timestampSchema } from './common-schemas.ts'

const messageShape = {
  messageText: textSchema.optional(),
  earliestDisplayTime: timestampSchema.optional(),
  latestDisplayTime: timestampSchema.optional(),
  messagePriority: z.enum(['STANDARD', 'EMERGENCY']).optional(),
  messageActionPriority: z.int().min(1).max(99).optional(),
  messageBehaviour: z.enum(['SCROLL', 'PAGED', 'STATIC']).optional(),
  messageId: z.string().min(1),
  messageAction: z.enum(['DELETE', 'REPLACE']).optional(),
}

/** Payload of `CMS/informationMessage/content/…/{message_id}`. */
export const informationMessageSchema = z.object({
  informationMessage: z.object({
    ...messageShape,
    messageTargetArea: z.enum(['BOTTOM_LINE', 'FULL_SCREEN', 'OVERLINE']).optional(),
  }),
})

/** Payload of `CMS/journeyMessage/content/…/{departureId}`. */
export const journeyMessageSchema = z.object({ journeyMessage: z.object(messageShape) })

/** Below the messages that an operator may want to put before ours. */
const ACTION_PRIORITY = 10

/** A notice as a message; `isReplacing` where displays have an earlier one of its id. */
export function formatNotice(notice: StopNotice, isReplacing: boolean): string {
  const { id, texts, startTime, endTime, isEmergency, departureId } = notice
  const message = {
    messageText: texts.map(({ language, text }) => ({ lang: language.slice(0, 2).toUpperCase(), text })),
    ...(startTime !== null && { earliestDisplayTime: formatTimestamp(startTime) }),
    ...(endTime !== null && { latestDisplayTime: formatTimestamp(endTime) }),
    messagePriority: isEmergency ? ('EMERGENCY' as const) : ('STANDARD' as const),
    messageActionPriority: isEmergency ? 1 : ACTION_PRIORITY,
    messageBehaviour: 'SCROLL' as const,
    messageId: id,
    ...(isReplacing && { messageAction: 'REPLACE' as const }),
  }
  if (departureId !== null) return JSON.stringify({ journeyMessage: message })
  const messageTargetArea = isEmergency ? 'OVERLINE' : 'BOTTOM_LINE'
  return JSON.stringify({ informationMessage: { ...message, messageTargetArea } })
}

export function formatNoticeDeletion({ id, departureId }: StopNotice): string {
  const message = { messageId: id, messageAction: 'DELETE' as const }
  return JSON.stringify(departureId === null ? { informationMessage: message } : { journeyMessage: message })
}
