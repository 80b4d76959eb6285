import { readPayload } from '../../model/read-payload.ts'
import { parseTopic } from '../../model/topic.ts'
import type { Decoder, Sender } from '../decoder.ts'

/**
 * Kerbside's own: one JSON object, or an array of up to 1,000, on `kerbside/v1/{authority}/{kind}/{device}/reading`; and SenML
 * there.
 */
export const kerbsideJson: Decoder = { findSender, decode: readPayload }

function findSender(authority: string, topicName: string): Sender | undefined {
  const topic = parseTopic(topicName)
  if (topic?.channel !== 'reading' || topic.authority !== authority) return undefined
  return { device: topic.device, kind: topic.kind }
}
