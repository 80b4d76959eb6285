import type { Kind } from '../model/device.ts'
import type { Payload } from '../model/read-payload.ts'
import type { Rejection } from '../model/rejection.ts'

/** Whose readings a topic carries. */
export interface Sender {
  readonly device: string
  /** Undefined where the topic does not tell: then the device's own. */
  readonly kind: Kind | undefined
}

/**
 * One way in which devices speak. A decoder translates and no more: that the device is known, that fields are in range,
 * calibration and time are checked alike for all of them. It gives as many readings as model/message.ts's countReadings
 * counts, since the broker has promised that many.
 */
export interface Decoder {
  /** Undefined where the topic is not this decoder's. The answer is kept, so it depends on nothing else. */
  findSender(authority: string, topicName: string): Sender | undefined
  /** In the shape of model/reading.ts's PAYLOAD_SCHEMAS, of which nothing is checked yet. */
  decode(payload: Uint8Array, topicName: string): Payload | Rejection
}
