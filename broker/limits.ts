/** What the broker bounds, and what happens there. Every one is an option of `startBroker`. */
export interface BrokerLimits {
  /** Of any packet of a client: a larger one ends its connection (MQTT 5: DISCONNECT 0x95). */
  readonly packetBytes: number
  /** Of a CONNECT packet, its will included: a larger one ends the connection. */
  readonly connectBytes: number
  /** From the connection to its whole CONNECT packet: later, it is ended. */
  readonly connectSeconds: number
  /** In total; one more is closed before anything of it is read. */
  readonly connections: number
  /** From one address, as those; high because a whole town may come through one gateway. */
  readonly connectionsPerAddress: number
  /** Of one device, with different client ids; one more is refused (3.1.1: 3, MQTT 5: 0x97). */
  readonly connectionsPerDevice: number
  /** Published on one connection and not yet on disk: beyond it, that connection is not read. MQTT 5: Receive Maximum. */
  readonly unacknowledgedMessages: number
  /** The same in bytes of payload; one packet is always read. */
  readonly unacknowledgedBytes: number
  /** The same of all connections together: beyond it none is read and a CONNECT is answered busy (3, 0x89). */
  readonly waitingBytes: number
  /** Of one device, over all its connections: beyond it, they are not read until it is below. Nothing is dropped. */
  readonly publishesPerSecond: number
  /** How many a device may publish at once before `publishesPerSecond` counts. */
  readonly publishBurst: number
  /** Of one client; one more is denied as one without the right to it is (0x80, MQTT 5: 0x87). */
  readonly subscriptionsPerClient: number
  /** The longest keep-alive, also where a client asks for none: MQTT 5 is told so, 3.1.1 is ended after 1.5 times of it. */
  readonly keepAliveSeconds: number
  /** How long a session is kept for a client that is away; MQTT 5 is told so. */
  readonly sessionSeconds: number
  /** Kept sessions of one device, or of an authority's operators; the one that is away for longest goes. */
  readonly sessionsPerUser: number
  /** Messages kept for one session until they are acknowledged: beyond it they are only sent where the client is there. */
  readonly queuedMessages: number
  /** The same in bytes of payload. */
  readonly queuedBytes: number
  /** Sent to a subscriber and not taken by it: beyond it, messages at QoS 0 are dropped for it, and one at QoS 1 or 2 ends it. */
  readonly unsentBytes: number
  /** A client that takes nothing for so long while something is to be sent is ended. */
  readonly drainSeconds: number
  /** A retained status may be so large; a larger one is passed on but not retained. */
  readonly retainedBytes: number
  /** Refused logins from an address in a minute: beyond it, every answer to a wrong one takes a second. */
  readonly refusalsPerMinute: number
  /** Messages on their way to the ingest service and not acknowledged; fewer where its Receive Maximum says so. */
  readonly relayMessages: number
}

export const DEFAULT_BROKER_LIMITS: BrokerLimits = {
  packetBytes: 288 * 1024,
  connectBytes: 16 * 1024,
  connectSeconds: 10,
  connections: 50_000,
  connectionsPerAddress: 20_000,
  connectionsPerDevice: 10,
  unacknowledgedMessages: 1_000,
  unacknowledgedBytes: 1024 * 1024,
  waitingBytes: 64 * 1024 * 1024,
  publishesPerSecond: 10_000,
  publishBurst: 20_000,
  subscriptionsPerClient: 100,
  keepAliveSeconds: 3_600,
  sessionSeconds: 7 * 24 * 3_600,
  sessionsPerUser: 10,
  queuedMessages: 1_000,
  queuedBytes: 4 * 1024 * 1024,
  unsentBytes: 8 * 1024 * 1024,
  drainSeconds: 30,
  retainedBytes: 4 * 1024,
  refusalsPerMinute: 20,
  relayMessages: 1_000,
}
