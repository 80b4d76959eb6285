import { type Sign, toLevel } from '../model/sign.ts'
import { isOfAnother, readSignPayload } from '../model/sign-payload.ts'
import { formatSignRecord, parseSignTopic } from '../model/sign-topic.ts'

/** What a display that speaks RTIG T047 may do beside the topics that every device has. */
export interface SignRights {
  /** In it, what another login would allow shows: where it changes, the display has to log in anew. */
  readonly key: string
  mayPublish(topicName: string): boolean
  maySubscribe(topicFilter: string): boolean
  /** Where a publish goes on inside Kerbside. */
  record(topicName: string, payload: Uint8Array): { topicName: string; isCounted: boolean }
}

export function createSignRights(authority: string, device: string, sign: Sign): SignRights {
  const allowed = listAllowedFilters(sign).map((filter) => filter.split('/'))
  return {
    key: JSON.stringify(sign),
    mayPublish(topicName) {
      const topic = parseSignTopic(topicName)
      return topic !== undefined && (topic.type === null || topic.type === sign.type)
    },
    maySubscribe(topicFilter) {
      const levels = topicFilter.split('/')
      return allowed.some((filter) => isCovered(levels, filter))
    },
    record(topicName, payload) {
      // What claims to be another's, or cannot be read, is counted, so that the quarantine has it.
      const body = readSignPayload(payload)
      const isCounted =
        parseSignTopic(topicName)?.isReading !== false || body === undefined || isOfAnother(body, sign)
      return { topicName: formatSignRecord({ authority, device, isCounted, topicName }), isCounted }
    },
  }
}

/**
 * Everything that is meant for a display: content of its stops, whose levels above displays may leave to a wildcard, what is
 * for a whole cluster or locality, and what has its own address.
 */
function listAllowedFilters(sign: Sign): string[] {
  const { type, locality, cluster, vendorId, deviceId } = sign
  const filters = [
    `CMS/+/+/${locality}`,
    `CMS/+/+/${locality}/${cluster}`,
    `CMS/+/+/+/+/+/${vendorId}/${deviceId}/#`,
    `${type}/+/+/${vendorId}/${deviceId}/#`,
  ]
  for (const stopId of sign.stopIds) {
    filters.push(`CMS/+/+/+/+/${toLevel(stopId)}/#`)
  }
  return filters
}

/** Whether all that a filter matches is matched by the allowed one too (MQTT 5, 4.7.1). */
function isCovered(levels: readonly string[], allowed: readonly string[]): boolean {
  for (const [index, level] of allowed.entries()) {
    if (level === '#') return true
    const wanted = levels[index]
    if (wanted === undefined) return false
    if (wanted === '#' || (level !== '+' && wanted !== level)) {
      return false
    }
  }
  return levels.length === allowed.length
}
