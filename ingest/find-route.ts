import { parseSignRecord } from '../model/sign-topic.ts'
import { type DeviceTopic, parseTopic } from '../model/topic.ts'
import { parseUplinkTopic, type UplinkTopic } from '../model/uplink-topic.ts'
import type { Decoder, Sender } from './decoder.ts'
import { kerbsideJson } from './decoders/kerbside-json.ts'
import { t047 } from './decoders/t047.ts'

/** Every way in which devices speak; the first that knows a topic has it. */
const DECODERS: readonly Decoder[] = [kerbsideJson, t047]

/** What to do with the messages of a topic. */
export type Route =
  | { readonly type: 'reading'; readonly decoder: Decoder; readonly sender: Sender }
  /** What a network told, whose sender is the device that has this EUI at the time. */
  | { readonly type: 'uplink'; readonly decoder: Decoder; readonly topic: UplinkTopic }
  | { readonly type: 'status'; readonly topic: DeviceTopic }
  /** What a display said that is no reading, and was answered where it came in. */
  | { readonly type: 'talk' }
  /** Nobody's: taken apart as Kerbside's JSON, so that it counts as the broker counted it, and quarantined. */
  | { readonly type: 'unknown'; readonly decoder: Decoder }

const TALK: Route = { type: 'talk' }

export function findRoute(authority: string, topicName: string): Route {
  const topic = parseTopic(topicName)
  if (topic?.channel === 'status' && topic.authority === authority) return { type: 'status', topic }
  const record = parseSignRecord(topicName)
  if (record?.isCounted === false && record.authority === authority) return TALK
  const uplinkTopic = parseUplinkTopic(topicName)
  if (uplinkTopic?.authority === authority)
    return { type: 'uplink', decoder: kerbsideJson, topic: uplinkTopic }
  for (const decoder of DECODERS) {
    const sender = decoder.findSender(authority, topicName)
    if (sender) return { type: 'reading', decoder, sender }
  }
  return { type: 'unknown', decoder: kerbsideJson }
}

/** So many topics are remembered; beyond them it begins anew. A device has one or two. */
const ROUTES_MAX = 200_000

/** `findRoute` with a memory: parsing a topic costs more than all else that is done for a small reading but JSON. */
export function createRouteFinder(): typeof findRoute {
  const authorities = new Map<string, Map<string, Route>>()
  let count = 0
  return (authority, topicName) => {
    let routes = authorities.get(authority)
    let route = routes?.get(topicName)
    if (route) return route
    if (count >= ROUTES_MAX) {
      authorities.clear()
      routes = undefined
      count = 0
    }
    if (!routes) {
      routes = new Map()
      authorities.set(authority, routes)
    }
    route = findRoute(authority, topicName)
    routes.set(topicName, route)
    count += 1
    return route
  }
}
