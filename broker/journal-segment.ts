import type { Message } from '../model/message.ts'

/**
 * A segment's messages, one behind the other, little-endian: index of the authority (2 bytes), length of the topic (2),
 * length of the payload (4), receivedTime (8, a double), topic in UTF-8, payload.
 */
const HEADER_BYTES = 16
/** A topic is at most this long in UTF-8. [MQTT-1.5.4] */
const TOPIC_BYTES_MAX = 65_535
const INITIAL_BYTES = 65_536

/** Packs messages at once, so that nothing of the sockets' buffers outlives the append. */
export class SegmentPacker {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  #view = new DataView(this.#buffer.buffer)
  #used = 0

  get bytes(): number {
    return this.#used
  }

  add(authorityIndex: number, topic: string, payload: Uint8Array, receivedTime: number): void {
    // A character takes at most 3 bytes of UTF-8 for each of its units of UTF-16.
    this.#reserve(HEADER_BYTES + topic.length * 3 + payload.length)
    const start = this.#used
    const topicBytes = this.#buffer.write(topic, start + HEADER_BYTES)
    if (topicBytes > TOPIC_BYTES_MAX) throw new RangeError(`a topic of ${topicBytes} bytes is too long`)
    this.#view.setUint16(start, authorityIndex, true)
    this.#view.setUint16(start + 2, topicBytes, true)
    this.#view.setUint32(start + 4, payload.length, true)
    this.#view.setFloat64(start + 8, receivedTime, true)
    this.#buffer.set(payload, start + HEADER_BYTES + topicBytes)
    this.#used = start + HEADER_BYTES + topicBytes + payload.length
  }

  /** A copy of what was added since the last take, no larger than it needs to be. */
  take(): Uint8Array {
    const body = Buffer.allocUnsafeSlow(this.#used)
    this.#buffer.copy(body, 0, 0, this.#used)
    this.#used = 0
    return body
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#used)
    this.#buffer = larger
    this.#view = new DataView(larger.buffer)
  }
}

export interface ReadableSegment {
  readonly firstPosition: number
  readonly lastPosition: number
  readonly authorities: readonly string[]
  readonly body: Uint8Array
}

/** Reads a segment's messages one after the other, beginning behind a position. */
export class SegmentCursor {
  readonly #segment: ReadableSegment
  readonly #buffer: Buffer
  #position: number
  #offset = 0

  constructor(segment: ReadableSegment, afterPosition: number) {
    this.#segment = segment
    this.#buffer = Buffer.from(segment.body.buffer, segment.body.byteOffset, segment.body.byteLength)
    this.#position = segment.firstPosition
    while (this.#position <= afterPosition && this.#position <= segment.lastPosition) {
      const { topicBytes, payloadBytes } = this.#lengths()
      this.#offset += HEADER_BYTES + topicBytes + payloadBytes
      this.#position += 1
    }
  }

  /** Undefined at the segment's end. */
  next(): Message | undefined {
    if (this.#position > this.#segment.lastPosition) return undefined
    const { topicBytes, payloadBytes } = this.#lengths()
    const topicStart = this.#offset + HEADER_BYTES
    const payloadStart = topicStart + topicBytes
    const end = payloadStart + payloadBytes
    const message: Message = {
      position: this.#position,
      authority: this.#segment.authorities[this.#buffer.readUInt16LE(this.#offset)] ?? '',
      topic: this.#buffer.toString('utf8', topicStart, payloadStart),
      payload: this.#buffer.subarray(payloadStart, end),
      receivedTime: this.#buffer.readDoubleLE(this.#offset + 8),
    }
    this.#offset = end
    this.#position += 1
    return message
  }

  #lengths(): { topicBytes: number; payloadBytes: number } {
    return {
      topicBytes: this.#buffer.readUInt16LE(this.#offset + 2),
      payloadBytes: this.#buffer.readUInt32LE(this.#offset + 4),
    }
  }
}
