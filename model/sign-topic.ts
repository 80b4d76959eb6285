import { SIGN_TYPES, type SignType } from './device.ts'
import { ID_PATTERN } from './id.ts'

/** What a T047 display asks for anew, as the standard spells it in requests and responses. */
const CONTENT_REQUESTS = [
  'scheduledDeparture',
  'realtimeDeparture',
  'informationMessage',
  'journeyMessage',
] as const
export type ContentRequest = (typeof CONTENT_REQUESTS)[number]

/** What a T047 display says, told from each other by topic. */
export type SignMessageName =
  | 'heartbeat'
  | 'sensorEvent'
  | 'status'
  | 'textSnapshot'
  | 'displayCapability'
  | 'discoveryRequest'
  | 'discoveryAcknowledge'
  | 'cleardown'
  | ContentRequest

interface SignTopic {
  /** Null for what is sent to the system's own topics. */
  readonly type: SignType | null
  readonly name: SignMessageName
  /** Such as INT-TEMP; of a sensorEvent alone. */
  readonly sensor: string | undefined
  /** Whether it measures something, and so is a reading; all else is talk between a sign and the system. */
  readonly isReading: boolean
}

/** The phases of the topics that a display publishes to, by its second and third level (RTIG T047, part 2). */
const NAMES: Readonly<Record<string, SignMessageName>> = {
  'heartbeat/service': 'heartbeat',
  'sensorEvent/service': 'sensorEvent',
  'status/response': 'status',
  'textSnapshot/response': 'textSnapshot',
  'displayCapability/response': 'displayCapability',
  'discovery/request': 'discoveryRequest',
  'discovery/acknowledge': 'discoveryAcknowledge',
  'cleardown/response': 'cleardown',
}
const READINGS: ReadonlySet<SignMessageName> = new Set(['heartbeat', 'sensorEvent', 'status', 'textSnapshot'])
/** The standard's other spelling, of the content's topics: displays that use it in requests are understood. */
const REAL_TIME = 'realTimeDeparture'

/** A topic that a display publishes to, by T047; undefined for all else. */
export function parseSignTopic(topicName: string): SignTopic | undefined {
  const [sender, message = '', phase = '', sensor, ...rest] = topicName.split('/')
  if (rest.length > 0) return undefined
  if (sender === 'CMS') {
    const name = CONTENT_REQUESTS.find((known) => known === (message === REAL_TIME ? REQUESTED : message))
    if (!name || phase !== 'request' || sensor !== undefined) return undefined
    return { type: null, name, sensor: undefined, isReading: false }
  }
  const type = SIGN_TYPES.find((known) => known === sender)
  const key = `${message}/${phase}`
  const name = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined
  if (!type || !name) return undefined
  const hasSensor = sensor !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(sensor)
  if (name === 'sensorEvent' ? !hasSensor : sensor !== undefined) return undefined
  return { type, name, sensor, isReading: READINGS.has(name) }
}

const REQUESTED: ContentRequest = 'realtimeDeparture'

/** Where what a display said by T047 goes on inside Kerbside. */
export interface SignRecord {
  readonly authority: string
  readonly device: string
  /** Whether it counts as a reading: what measures something, and what is to be quarantined. */
  readonly isCounted: boolean
  /** As it was published. */
  readonly topicName: string
}

/**
 * The standard's topics name no sender, so the journal keeps them below the device that sent it:
 * `kerbside/v1/{authority}/display/{device}/t047/…` for readings, `…/t047-talk/…` for what is none.
 */
export function formatSignRecord({ authority, device, isCounted, topicName }: SignRecord): string {
  return `kerbside/v1/${authority}/display/${device}/${isCounted ? COUNTED : TALK}/${topicName}`
}

const COUNTED = 't047'
const TALK = 't047-talk'

export function parseSignRecord(topicName: string): SignRecord | undefined {
  const [root, version, authority = '', kind, device = '', space, ...rest] = topicName.split('/')
  if (root !== 'kerbside' || version !== 'v1' || kind !== 'display') return undefined
  if (!ID_PATTERN.test(authority) || !ID_PATTERN.test(device)) return undefined
  if (space !== COUNTED && space !== TALK) return undefined
  return { authority, device, isCounted: space === COUNTED, topicName: rest.join('/') }
}
