import { type Departures, departuresToJson } from '../model/departure.ts'
import { formatTopic } from '../model/topic.ts'
import type { SignMessage } from './sign-message.ts'

/** The departures of displays that speak plain JSON, kept under each one's own topic. */
export interface PlainBoards {
  /** Only where something but the ages has changed, and each minute, so that ages are about right. */
  update(deviceId: string, departures: Departures, now: number): SignMessage[]
  forget(): void
  /** The display is none of these any more. */
  remove(deviceId: string): SignMessage[]
}

const COUNT_MAX = 20
const RENEW_MS = 60_000
const EXPIRY_SECONDS = 300

export function createPlainBoards(authority: string): PlainBoards {
  const sent = new Map<string, { readonly signature: string; readonly time: number }>()
  return {
    update(deviceId, { stop, generatedTime, items }, now) {
      const first = items.slice(0, COUNT_MAX)
      const signature = JSON.stringify([stop, first.map((item) => ({ ...item, ageSeconds: null }))])
      const before = sent.get(deviceId)
      if (before && before.signature === signature && now - before.time < RENEW_MS) return []
      sent.set(deviceId, { signature, time: now })
      return [
        {
          topicName: topicOf(deviceId),
          payload: JSON.stringify(departuresToJson({ stop, generatedTime, items: first })),
          retain: 'yes',
          expirySeconds: EXPIRY_SECONDS,
        },
      ]
    },
    forget: () => sent.clear(),
    remove(deviceId) {
      if (!sent.delete(deviceId)) return []
      return [{ topicName: topicOf(deviceId), payload: '', retain: 'only' }]
    },
  }

  function topicOf(device: string): string {
    return formatTopic({ authority, kind: 'display', device, channel: 'departures' })
  }
}
