/** What goes to whoever of an authority is subscribed to it. */
export interface DeviceMessage {
  readonly authority: string
  readonly topicName: string
  /** An empty one takes away what is kept under the topic. */
  readonly payload: string
  /**
   * `no`: to who is subscribed now. `yes`: and it is kept for those that come later. `only`: kept for those, and not sent
   * to who has been told already.
   */
  readonly retain: 'no' | 'yes' | 'only'
  /** MQTT 5's Message Expiry Interval, after which it is neither sent nor kept. */
  readonly expirySeconds?: number | undefined
}

/** What a display said in its own protocol, after it was journalled. */
export interface SignSaying {
  readonly authority: string
  readonly device: string
  readonly topicName: string
  readonly payload: Uint8Array
}

/** The way to devices through their broker, and for displays that speak RTIG T047 the way back. */
export interface DeviceChannel {
  /**
   * In the order of the calls, at QoS 1. Lost where the broker is away, or nobody of the authority is connected: `onReset`
   * then tells when to say all of it again.
   */
  publish(message: DeviceMessage): void
  /** Returns what ends it. Displays are told apart by who logged in, not by what they claim. */
  onSaying(listener: (saying: SignSaying) => void): () => void
  /**
   * Called when nothing that was published is kept any more: for one authority, or (undefined) for all. Returns what ends
   * it.
   */
  onReset(listener: (authority: string | undefined) => void): () => void
}
