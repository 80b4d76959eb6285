/**
 * The QoS 2 message ids received and not released. A session has at most 65,535 of them [MQTT-2.2.1], and how many
 * sessions there are is the broker's to bound: it releases a session's when the session ends.
 */
export class ReceivedIds {
  readonly #sessions = new Map<string, Map<number, string>>()

  constructor(received: readonly { session: string; messageId: number; digest: string }[]) {
    for (const { session, messageId, digest } of received) this.add(session, messageId, digest)
  }

  /** The digest of the message that was received under the id; undefined where none was. */
  digestOf(session: string, messageId: number): string | undefined {
    return this.#sessions.get(session)?.get(messageId)
  }

  /** False where it is there already with this digest; another one is replaced. */
  add(session: string, messageId: number, digest: string): boolean {
    let ids = this.#sessions.get(session)
    if (!ids) {
      ids = new Map()
      this.#sessions.set(session, ids)
    }
    if (ids.get(messageId) === digest) return false
    ids.set(messageId, digest)
    return true
  }

  /** False where it is not there. */
  delete(session: string, messageId: number): boolean {
    const ids = this.#sessions.get(session)
    if (!ids?.delete(messageId)) return false
    if (ids.size === 0) this.#sessions.delete(session)
    return true
  }

  deleteSession(session: string): boolean {
    return this.#sessions.delete(session)
  }
}
