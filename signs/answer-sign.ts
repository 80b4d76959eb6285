import { formatSignAddress, formatStopAddress, type Sign } from '../model/sign.ts'
import type { ContentRequest } from '../model/sign-topic.ts'
import type { ContentKind, SignMessage } from './sign-message.ts'
import { type SignState, takeRequest } from './sign-state.ts'
import type { StopContent } from './stop-content.ts'
import type { Said } from './t047/read-saying.ts'
import {
  formatContentResponse,
  formatDiscoveryResponse,
  formatQuestion,
  type SignQuestion,
} from './t047/requests.ts'

const ANSWER_EXPIRY_SECONDS = 300

/**
 * What is due when a display says something, and what is learnt of it. A snapshot's lines are not judged here. `newId` makes an
 * id that no other has.
 */
export function answerSign(
  state: SignState,
  said: Said,
  {
    now,
    newId,
    findContent,
  }: { now: number; newId: () => string; findContent: (address: string) => StopContent | undefined },
): SignMessage[] {
  const { sign, device } = state
  switch (said.type) {
    case 'discoveryRequest': {
      const { requestId } = said
      if (!takeRequest(state, requestId, now)) return []
      state.isConfigured = false
      const payload = formatDiscoveryResponse({ sign, device, requestId, responseId: newId() })
      return [
        toSign(`${sign.type}/discovery/response`, sign, payload),
        ask(sign, 'displayCapability', newId()),
        ask(sign, 'status', newId()),
      ]
    }
    case 'contentRequest':
      if (!takeRequest(state, said.requestId, now)) return []
      return answerContent(sign, said.content, said.requestId, said.stopIds, now, findContent)
    case 'discoveryAcknowledge':
      state.isConfigured = true
      return []
    case 'cleardown':
      state.cleardowns.answer(said.departureId, said.time, now)
      return []
    case 'displayCapability':
      state.lineCount = said.lineCount ?? state.lineCount
      state.charsPerLine = said.charsPerLine ?? state.charsPerLine
      return []
    case 'status':
      state.firmware = said.firmware ?? state.firmware
      return []
    default:
      return []
  }
}

/** The content of its stops, for this display alone, and then that it was sent, stop by stop. */
function answerContent(
  sign: Sign,
  request: ContentRequest,
  requestId: string,
  wantedStopIds: readonly string[],
  now: number,
  findContent: (address: string) => StopContent | undefined,
): SignMessage[] {
  const content: ContentKind = request === 'realtimeDeparture' ? 'realTimeDeparture' : request
  const wanted = sign.stopIds.filter((stopId) => wantedStopIds.length === 0 || wantedStopIds.includes(stopId))
  // A display that asks for no stop of its own is told so under the first that it has.
  const stopIds = wanted.length === 0 ? sign.stopIds.slice(0, 1) : wanted
  return stopIds.flatMap((stopId) => {
    const address = formatSignAddress(sign, stopId)
    const messages =
      wanted.length === 0
        ? []
        : (findContent(formatStopAddress(sign, stopId))?.list(content, address, now) ?? [])
    const status = messages.length === 0 ? 'NO_DATA' : 'DONE'
    const response: SignMessage = {
      topicName: `CMS/${request}/response/${address}`,
      payload: formatContentResponse(request, requestId, status, now),
      retain: 'no',
      expirySeconds: ANSWER_EXPIRY_SECONDS,
    }
    return [...messages, response]
  })
}

/** A question to one display. */
export function ask(sign: Sign, question: SignQuestion, requestId: string): SignMessage {
  return toSign(`${sign.type}/${question}/request`, sign, formatQuestion(question, requestId))
}

function toSign(topicName: string, { vendorId, deviceId }: Sign, payload: string): SignMessage {
  return {
    topicName: `${topicName}/${vendorId}/${deviceId}`,
    payload,
    retain: 'no',
    expirySeconds: ANSWER_EXPIRY_SECONDS,
  }
}
