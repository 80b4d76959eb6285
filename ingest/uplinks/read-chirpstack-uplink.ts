import { z } from 'zod'
import { devEuiSchema } from '../../model/found-device.ts'
import type { ReadUplink } from '../../model/uplink.ts'
import { isLikely } from './choose-time.ts'
import { refuseUplink } from './refuse-uplink.ts'
import { countSchema, decodedSchema, readTime } from './uplink-fields.ts'

// Of ChirpStack's integration.UplinkEvent what is needed. As JSON of Protocol Buffers it may leave out what is zero.
const messageSchema = z.object({
  time: z.string().optional(),
  deviceInfo: z.object({
    devEui: devEuiSchema,
    deviceName: z.string().optional(),
    deviceProfileName: z.string().optional(),
  }),
  devAddr: z.string().optional(),
  fCnt: countSchema,
  fPort: countSchema,
  data: z.string().default(''),
  object: decodedSchema,
  rxInfo: z.array(z.looseObject({ nsTime: z.string().optional() })).optional(),
})

// What other events of ChirpStack's have and uplinks have not: of an acknowledgement, a status, an error, a place, a transmission.
const OTHER_EVENTS = [
  'acknowledged',
  'fCntDown',
  'margin',
  'batteryLevel',
  'code',
  'location',
  'integrationName',
]

/** A message of ChirpStack v4, `application/{id}/device/{devEUI}/event/up`. */
export const readChirpstackUplink: ReadUplink = (message) => {
  if (typeof message === 'object' && message !== null && isOtherEvent(message)) return undefined
  const parsed = messageSchema.safeParse(message)
  if (!parsed.success) return refuseUplink(parsed.error, message)
  const { deviceInfo, devAddr, fCnt, fPort, data, object, time, rxInfo = [] } = parsed.data
  return {
    network: 'chirpstack',
    devEui: deviceInfo.devEui,
    deviceName: deviceInfo.deviceName ?? null,
    devAddr: devAddr ?? null,
    frameCount: fCnt,
    port: fPort,
    decoded: object ?? null,
    rawPayload: data,
    time:
      correctTime(
        readTime(time),
        rxInfo.map(({ nsTime }) => readTime(nsTime)),
      ) ?? null,
    isSimulated: false,
    makeWords: [deviceInfo.deviceProfileName].filter((word) => word !== undefined),
  }
}

function isOtherEvent(message: object): boolean {
  if (['data', 'object', 'fPort', 'rxInfo'].some((name) => name in message)) return false
  // A join tells an address and no frame.
  return OTHER_EVENTS.some((name) => name in message) || ('devAddr' in message && !('fCnt' in message))
}

/** `time` is a gateway's, where one has a clock; `nsTime` is the network's. */
function correctTime(time: number | undefined, nsTimes: readonly (number | undefined)[]): number | undefined {
  const network = nsTimes.find((nsTime) => nsTime !== undefined)
  return time === undefined || (network !== undefined && !isLikely(time, network)) ? network : time
}
