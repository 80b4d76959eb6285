import { createMessageDecoder, type DecodedMessages } from '../../ingest/decode-messages.ts'
import { READY_MAPPING_DIRECTORY } from '../../ingest/mapping/ready-mapping-directory.ts'
import { type NewDevice, newDeviceSchema } from '../../model/device.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'

export const RECEIVED_TIME = Date.parse('2026-02-16T16:00:00Z')

/** One message of `town`, decoded as the ingest does it; `devices` are what the town has registered. */
export function decodePayload({
  payload,
  topic,
  devices,
  receivedTime = RECEIVED_TIME,
  oldestDays = 400,
}: {
  payload: Uint8Array | string
  topic: string
  devices: readonly object[]
  receivedTime?: number
  oldestDays?: number
}): DecodedMessages {
  const decode = createMessageDecoder({
    directory: createDirectory(devices.map((device) => newDeviceSchema.parse(device))),
    mappings: READY_MAPPING_DIRECTORY,
    oldestDays,
    readingsMax: 5_000,
  })
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  return decode([{ position: 1, authority: 'town', topic, payload: bytes, receivedTime }], 0, -1)
}

function createDirectory(devices: readonly NewDevice[]): DeviceDirectory {
  const records = new Map(
    devices.map((device) => [device.id, { authority: 'town', device, passwordHash: new Uint8Array() }]),
  )
  return {
    find: (authority, id) => (authority === 'town' ? records.get(id) : undefined),
    findByDevEui: (authority, devEui) =>
      authority === 'town'
        ? [...records.values()].find(({ device }) => device.settings.devEui === devEui)
        : undefined,
    list: () => records.values(),
    refresh: async () => undefined,
    onChange: () => () => undefined,
    onRevocation: () => () => undefined,
  }
}
