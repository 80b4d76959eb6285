import gtfsRealtime, { type transit_realtime } from 'gtfs-realtime-bindings'

const { FeedEntity, FeedHeader } = gtfsRealtime.transit_realtime
/** FeedMessage's fields 1, the header, and 2, an entity, both of a length that is told before them. */
const HEADER_TAG = 0x0a
const ENTITY_TAG = 0x12
/** So that what is not there can be told from what is 0, and a time is a number. */
const PLAIN = { longs: Number } as const

export type FeedPart =
  | { readonly header: transit_realtime.IFeedHeader }
  | { readonly entity: transit_realtime.IFeedEntity }

/** The parts of a FeedMessage, one after another: a large one is not decoded at once. Throws where it is none. */
export function* readFeed(bytes: Uint8Array): Generator<FeedPart, void> {
  let at = 0
  while (at < bytes.length) {
    const tag = readVarint()
    const length = readVarint()
    const part = bytes.subarray(at, at + length)
    if (part.length < length) throw new Error('the message ends too early')
    at += length
    if (tag === HEADER_TAG) yield { header: FeedHeader.toObject(FeedHeader.decode(part), PLAIN) as never }
    else if (tag === ENTITY_TAG) {
      yield { entity: FeedEntity.toObject(FeedEntity.decode(part), PLAIN) as never }
    } else throw new Error(`the message has a field of tag ${tag}`)
  }

  function readVarint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at]
      if (byte === undefined || factor > 2 ** 42) throw new Error('the message ends too early')
      at += 1
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
}
