import { toLevel } from '../model/sign.ts'
import { type ContentKind, keep, once, type SignMessage } from './sign-message.ts'
import type { StopNotice } from './stop-notice.ts'
import { formatNotice, formatNoticeDeletion } from './t047/notice-content.ts'

/** The notices that the signs of one stop were told of: information messages, and journey messages of one departure. */
export interface ToldNotices {
  /** `notices` are all that hold; of more than 20 the first. */
  update(notices: readonly StopNotice[], now: number): SignMessage[]
  list(content: ContentKind, address: string): SignMessage[]
  forget(): void
  clear(): SignMessage[]
}

const COUNT_MAX = 20
const EXPIRY_SECONDS = 3_600

export function createToldNotices(address: string): ToldNotices {
  const told = new Map<string, { signature: string; notice: StopNotice }>()
  let current: readonly StopNotice[] = []
  let keptTime = 0

  return {
    update(notices, now) {
      const held = notices.slice(0, COUNT_MAX)
      current = held
      const isDue = now - keptTime >= (EXPIRY_SECONDS * 1_000) / 2
      if (isDue) keptTime = now
      const messages = removeEnded(held)
      for (const notice of held) {
        const key = keyOf(notice)
        const signature = JSON.stringify(notice)
        const before = told.get(key)
        const isChanged = before?.signature !== signature
        if (!isChanged && !isDue) continue
        told.set(key, { signature, notice })
        messages.push({
          topicName: topicOf(notice),
          payload: formatNotice(notice, before !== undefined),
          retain: isChanged ? 'yes' : 'only',
          expirySeconds: expiryOf(notice, now),
        })
      }
      return messages
    },
    list: (content, ownAddress) =>
      current
        .filter((notice) => kindOf(notice) === content)
        .map((notice) =>
          once(content, `${ownAddress}/${levelOf(notice)}`, formatNotice(notice, false), EXPIRY_SECONDS),
        ),
    forget() {
      told.clear()
      keptTime = 0
    },
    clear: () => [...told.values()].map(({ notice }) => keep(topicOf(notice), '', EXPIRY_SECONDS)),
  }

  function removeEnded(held: readonly StopNotice[]): SignMessage[] {
    const still = new Set(held.map(keyOf))
    const messages: SignMessage[] = []
    for (const [key, { notice }] of told) {
      if (still.has(key)) continue
      told.delete(key)
      messages.push({ topicName: topicOf(notice), payload: formatNoticeDeletion(notice), retain: 'no' })
      messages.push(keep(topicOf(notice), '', EXPIRY_SECONDS))
    }
    return messages
  }

  /** What stands behind a stop's address is a vendor: the two levels of a device are written as missing. */
  function topicOf(notice: StopNotice): string {
    return `CMS/${kindOf(notice)}/content/${address}/null/null/${levelOf(notice)}`
  }
}

function kindOf({ departureId }: StopNotice): 'informationMessage' | 'journeyMessage' {
  return departureId === null ? 'informationMessage' : 'journeyMessage'
}

function keyOf({ id, departureId }: StopNotice): string {
  return departureId === null ? id : `${id} ${departureId}`
}

function levelOf({ id, departureId }: StopNotice): string {
  return toLevel(departureId ?? id)
}

function expiryOf({ endTime }: StopNotice, now: number): number {
  const left = endTime === null ? EXPIRY_SECONDS : Math.ceil((endTime - now) / 1_000)
  return Math.max(1, Math.min(EXPIRY_SECONDS, left))
}
