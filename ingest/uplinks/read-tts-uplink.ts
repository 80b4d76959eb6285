import { z } from 'zod'
import { devEuiSchema } from '../../model/found-device.ts'
import type { ReadUplink } from '../../model/uplink.ts'
import { chooseTime } from './choose-time.ts'
import { refuseUplink } from './refuse-uplink.ts'
import { countSchema, decodedSchema, readTime } from './uplink-fields.ts'

// Of The Things Stack's ApplicationUp what is needed. It leaves out what is zero, empty or false: then that is what it is.
const messageSchema = z.object({
  end_device_ids: z.object({
    device_id: z.string().optional(),
    dev_eui: devEuiSchema,
    dev_addr: z.string().optional(),
  }),
  received_at: z.string().optional(),
  uplink_message: z.object({
    f_cnt: countSchema,
    f_port: countSchema,
    frm_payload: z.string().default(''),
    decoded_payload: decodedSchema,
    received_at: z.string().optional(),
    rx_metadata: z.array(z.looseObject({ time: z.string().optional() })).optional(),
    version_ids: z
      .looseObject({ brand_id: z.string().optional(), model_id: z.string().optional() })
      .optional(),
  }),
  simulated: z.boolean().default(false),
})

/** A message of The Things Stack v3, `v3/{application}@{tenant}/devices/{device_id}/up`. */
export const readTtsUplink: ReadUplink = (message) => {
  if (typeof message === 'object' && message !== null && !('uplink_message' in message)) return undefined
  const parsed = messageSchema.safeParse(message)
  if (!parsed.success) return refuseUplink(parsed.error, message)
  const { end_device_ids: ids, uplink_message: uplink, received_at, simulated } = parsed.data
  const { brand_id, model_id } = uplink.version_ids ?? {}
  const gatewayTimes = (uplink.rx_metadata ?? []).map(({ time }) => readTime(time))
  return {
    network: 'tts',
    devEui: ids.dev_eui,
    deviceName: ids.device_id ?? null,
    devAddr: ids.dev_addr ?? null,
    frameCount: uplink.f_cnt,
    port: uplink.f_port,
    decoded: uplink.decoded_payload ?? null,
    rawPayload: uplink.frm_payload,
    // The network's own time before the application server's, which has it later.
    time: chooseTime(readTime(uplink.received_at ?? received_at), gatewayTimes) ?? null,
    isSimulated: simulated,
    makeWords: [brand_id, model_id].filter((word) => word !== undefined),
  }
}
