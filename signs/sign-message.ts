import type { DeviceMessage } from '../model/device-channel.ts'

/** A message to signs of one authority. */
export type SignMessage = Omit<DeviceMessage, 'authority'>

/** What signs are told, by its topics. */
export type ContentKind = 'scheduledDeparture' | 'realTimeDeparture' | 'informationMessage' | 'journeyMessage'

/** Kept for signs that come later, and sent to none that is there; an empty payload takes away what was kept. */
export function keep(topicName: string, payload: string, expirySeconds: number): SignMessage {
  return { topicName, payload, retain: 'only', expirySeconds }
}

/** Content for who is there. */
export function once(
  content: ContentKind,
  address: string,
  payload: string,
  expirySeconds: number,
): SignMessage {
  return { topicName: `CMS/${content}/content/${address}`, payload, retain: 'no', expirySeconds }
}
