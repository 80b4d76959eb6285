import type { Message } from '../model/message.ts'

/** A message as one connection brought it. Acknowledged on that connection, or on the one that brings it again. */
export interface Delivery extends Message {
  /** The packet's identifier; undefined at QoS 0, which is not acknowledged. */
  readonly messageId: number | undefined
  connection: object
  /** Whose message it is, by its topic; '' where the broker gives the time of receipt. */
  readonly device: string
  /** The ms that its readings without a time of their own take from `receivedTime` on, which the ingest has to give. */
  readonly timeSlots: number
  receivedTime: number
  isForgotten: boolean
}

/** So many unacknowledged messages a broker is asked to stay within; MQTT 3.1.1 cannot ask. */
export const RECEIVE_MAXIMUM = 5_000
/** So many messages, or bytes of payload, are held at most; then the connection is not read until some are forgotten. */
export interface WindowLimits {
  readonly messages: number
  readonly bytes: number
}
const SOURCE_LIMITS: WindowLimits = { messages: 6_000, bytes: 64 * 1024 * 1024 }

/**
 * What a broker has sent and was not yet told that it is done with. A broker that gets no acknowledgement sends a message
 * again when it is next connected to, under the same identifier: such a one is recognised here and not taken twice.
 */
export class DeliveryWindow {
  readonly #limits: WindowLimits
  readonly #held = new Set<Delivery>()
  readonly #byMessageId = new Map<number, Delivery>()
  #unread: Delivery[] = []
  #bytes = 0
  #wake: (() => void) | undefined
  #resume: (() => void) | undefined
  #failure: Error | undefined
  #isClosed = false

  constructor(limits: WindowLimits = SOURCE_LIMITS) {
    this.#limits = limits
  }

  get isFull(): boolean {
    return this.#held.size >= this.#limits.messages || this.#bytes >= this.#limits.bytes
  }

  /** Those that are not forgotten, oldest first. */
  listHeld(): Iterable<Delivery> {
    return this.#held
  }

  /** The message of this identifier that the broker sends again, if it is still held or could not be acknowledged. */
  findAgain(messageId: number, topicName: string, payload: Uint8Array): Delivery | undefined {
    const delivery = this.#byMessageId.get(messageId)
    if (delivery?.topic !== topicName || Buffer.compare(delivery.payload, payload) !== 0) return undefined
    return delivery
  }

  add(delivery: Delivery): void {
    this.#held.add(delivery)
    this.#bytes += delivery.payload.byteLength
    if (delivery.messageId !== undefined) this.#byMessageId.set(delivery.messageId, delivery)
    this.#unread.push(delivery)
    this.#wake?.()
  }

  /** Calls back once the window has room: a quarter of it, so that it does not stop and go with each message. */
  whenRoom(resume: () => void): void {
    this.#resume = resume
  }

  async read(limit: number): Promise<readonly Delivery[]> {
    while (this.#unread.length === 0) {
      if (this.#failure) throw this.#failure
      if (this.#isClosed) return []
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    if (this.#isClosed) return []
    if (this.#unread.length > limit) return this.#unread.splice(0, limit)
    const all = this.#unread
    this.#unread = []
    return all
  }

  /** Its memory is free; its identifier stays known until it is acknowledged. */
  forget(delivery: Delivery): void {
    delivery.isForgotten = true
    if (this.#held.delete(delivery)) this.#bytes -= delivery.payload.byteLength
    const { messages, bytes } = this.#limits
    if (this.#resume && this.#held.size <= messages * 0.75 && this.#bytes <= bytes * 0.75) {
      const resume = this.#resume
      this.#resume = undefined
      resume()
    }
  }

  /** The broker was told: its identifier may be given to another message. */
  release(delivery: Delivery): void {
    const { messageId } = delivery
    if (messageId !== undefined && this.#byMessageId.get(messageId) === delivery) {
      this.#byMessageId.delete(messageId)
    }
  }

  /** The broker has lost the session: it will not send again what it has sent, and begins anew with its identifiers. */
  endSession(): void {
    this.#byMessageId.clear()
  }

  /** What waits to be read is dropped: the broker still has it. */
  close(failure?: Error): void {
    this.#failure ??= failure
    this.#isClosed = true
    this.#unread = []
    this.#wake?.()
  }
}
