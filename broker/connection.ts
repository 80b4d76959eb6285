import type { Duplex } from 'node:stream'
import { findSign } from '../model/sign.ts'
import type { DeviceRecord } from '../registry/registry.ts'
import { createSignRights, type SignRights } from './sign-rights.ts'

/** Who logged in: a device, or (without one) an operator by a key. */
export interface Principal {
  readonly authority: string
  readonly device: DeviceRecord | undefined
  /** An operator's key, to see later whether it still is one. */
  readonly key: string | undefined
}

/** What a device's connections share. */
export class DeviceState {
  readonly connections = new Set<Connection>()
  /** Publishes that it may make at once; below 0 it waits. */
  tokens: number
  /** When tokens were last added, on the machine's monotonic clock in ms. */
  refilledAt = performance.now()
  isWaiting = false

  constructor(publishBurst: number) {
    this.tokens = publishBurst
  }
}

/** A connection after its CONNECT was accepted: all that the path of a publish looks at, computed once. */
export class Connection {
  readonly socket: Duplex
  readonly principal: Principal
  readonly device: string
  /** In the session's id a device's own client ids follow its own name, so that devices never meet. */
  readonly sessionId: string
  /** What was made for a client that gave none; MQTT 5 is told it. */
  readonly assignedClientId: string | undefined
  readonly state: DeviceState
  /** The topics that it may publish to; '' for operators, who may to none. */
  readonly readingTopic: string
  readonly statusTopic: string
  /** What every filter that it may subscribe to begins with. */
  readonly topicPrefix: string
  /** Undefined where it is no display that speaks RTIG T047. */
  readonly sign: SignRights | undefined
  /** The CONNECT packet as it came, for aedes to read first. */
  connectBytes: Buffer | undefined
  /** Not read yet: what follows CONNECT waits for CONNACK. */
  isReady = false
  /** Its rights are gone: nothing of it is taken any more, its will neither. */
  isRevoked = false
  /** Held back by flow control: to be woken. */
  isHeld = false
  /** Published and not yet on disk. */
  waitingMessages = 0
  waitingBytes = 0
  /** Whether somebody subscribed to its readings, as of this version of the subscriptions. */
  subscribersVersion = -1
  hasSubscribers = false

  constructor({
    socket,
    principal,
    clientId,
    assignedClientId,
    connectBytes,
    state,
  }: {
    socket: Duplex
    principal: Principal
    connectBytes: Buffer
    clientId: string
    assignedClientId: string | undefined
    state: DeviceState
  }) {
    this.socket = socket
    this.principal = principal
    this.assignedClientId = assignedClientId
    this.connectBytes = connectBytes
    this.state = state
    const { authority, device } = principal
    this.device = device?.device.id ?? ''
    this.sessionId = `${this.device}:${clientId}`
    this.topicPrefix = device
      ? `kerbside/v1/${authority}/${device.device.kind}/${device.device.id}/`
      : `kerbside/v1/${authority}/`
    this.readingTopic = device ? `${this.topicPrefix}reading` : ''
    this.statusTopic = device ? `${this.topicPrefix}status` : ''
    this.sign = signRightsOf(device)
  }

  maySubscribe(topicFilter: string): boolean {
    return topicFilter.startsWith(this.topicPrefix) || this.sign?.maySubscribe(topicFilter) === true
  }

  mayPublish(topicName: string): boolean {
    // aedes lets no empty name through, so that an operator's '' never fits.
    return (
      topicName === this.readingTopic ||
      topicName === this.statusTopic ||
      this.sign?.mayPublish(topicName) === true
    )
  }

  /** A last will is no reading: nothing was measured when it goes out, and the balance does not count it. */
  mayLeaveWill(topicName: string): boolean {
    return this.statusTopic !== '' && topicName === this.statusTopic
  }
}

export function signRightsOf(record: DeviceRecord | undefined): SignRights | undefined {
  const sign = record && findSign(record.device)
  return sign && createSignRights(record.authority, record.device.id, sign)
}
