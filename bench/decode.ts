import { parseArgs } from 'node:util'
import { createMessageDecoder } from '../ingest/decode-messages.ts'
import { READY_MAPPING_DIRECTORY } from '../ingest/mapping/ready-mapping-directory.ts'
import { newDeviceSchema } from '../model/device.ts'
import type { Message } from '../model/message.ts'
import { formatSignRecord } from '../model/sign-topic.ts'
import { formatUplinkTopic } from '../model/uplink-topic.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import { encodeCbor } from '../tests/ingest/encode-cbor.ts'

const AUTHORITY = 'town'
const DEVICES = 1_000
/** As many as the ingest takes at once. */
const BATCH = 5_000
const TIME = Date.parse('2026-02-16T16:00:00Z')

interface Form {
  readonly device: object
  topic(device: string, devEui: string): string
  /** Of the message of this number: no two are the same. */
  payload(number: number, devEui: string): Buffer
}

/**
 * Messages a second that one thread reads, from their bytes to readings that are checked: a level of a bin, or what a display says,
 * in each way that devices speak. The store and the registry are not asked.
 */
export async function benchDecode(args: string[]): Promise<Record<string, number>> {
  const { values } = parseArgs({ args, options: { seconds: { type: 'string', default: '3' } } })
  const seconds = Number(values.seconds)
  if (!(seconds > 0)) throw new Error(`--seconds is ${values.seconds}, and must be a number above 0`)
  const results: Record<string, number> = {}
  for (const [name, form] of Object.entries(FORMS)) {
    const run = prepare(form)
    run(seconds / 3)
    results[`${name}MessagesPerSecond`] = run(seconds)
  }
  return results
}

function prepare(form: Form): (seconds: number) => number {
  const devices = Array.from({ length: DEVICES }, (_, index) => {
    const devEui = (0x70b3d57ed0000000n + BigInt(index)).toString(16)
    const settings = { ...Reflect.get(form.device, 'settings'), devEui }
    return newDeviceSchema.parse({ ...form.device, id: `device-${index}`, settings })
  })
  const records = devices.map((device) => ({ authority: AUTHORITY, device, passwordHash: new Uint8Array() }))
  const byId = new Map(records.map((record) => [record.device.id, record]))
  const byDevEui = new Map(records.map((record) => [record.device.settings.devEui, record]))
  const directory: DeviceDirectory = {
    find: (_, id) => byId.get(id),
    findByDevEui: (_, devEui) => byDevEui.get(devEui),
    list: () => records,
    refresh: async () => undefined,
    onChange: () => () => undefined,
    onRevocation: () => () => undefined,
  }
  const decode = createMessageDecoder({
    directory,
    mappings: READY_MAPPING_DIRECTORY,
    oldestDays: 400,
    readingsMax: BATCH,
  })
  const messages = Array.from({ length: BATCH }, (_, number): Message => {
    const { id, settings } = devices[number % DEVICES] as (typeof devices)[number]
    const devEui = settings.devEui ?? ''
    const [topic, payload] = [form.topic(id, devEui), form.payload(number, devEui)]
    return { position: undefined, authority: AUTHORITY, topic, payload, receivedTime: TIME }
  })
  return (seconds) => {
    const start = performance.now()
    let count = 0
    let elapsedMs = 0
    while (elapsedMs < seconds * 1_000) {
      const { readings, quarantined } = decode(messages, 0, -1)
      if (readings.length !== BATCH) {
        throw new Error(`${readings.length} of ${BATCH} were read: ${quarantined[0]?.detail}`)
      }
      count += BATCH
      elapsedMs = performance.now() - start
    }
    return Math.round(count / (elapsedMs / 1_000))
  }
}

const BIN = { kind: 'bin', settings: { emptyDistanceMm: 2_400, fullDistanceMm: 400 } }
const ELSYS = { kind: 'bin', settings: { ...BIN.settings, mapping: 'elsys-elt' } }
const readingTopic = (device: string) => `kerbside/v1/${AUTHORITY}/bin/${device}/reading`
const timeOf = (number: number) => new Date(TIME - number * 1_000).toISOString()
const toJson = (value: unknown) => Buffer.from(JSON.stringify(value))
const decodedOf = (number: number) => ({
  distance: 700 + (number % 1_000),
  vdd: 3_600,
  temperature: 21.5,
  humidity: 41,
})
const packOf = (number: number) => [
  {
    bn: 'urn:dev:bin:',
    bt: TIME / 1_000 - number,
    n: 'distanceMm',
    u: 'm',
    v: 0.7 + (number % 1_000) / 1_000,
  },
  { n: 'batteryVolts', u: 'V', v: 3.6 },
  { n: 'temperatureC', u: 'Cel', v: 21.5 },
]

const FORMS: Readonly<Record<string, Form>> = {
  json: {
    device: BIN,
    topic: readingTopic,
    payload: (number) => {
      const { distance: distanceMm, temperature: temperatureC } = decodedOf(number)
      return toJson({ time: timeOf(number), distanceMm, batteryVolts: 3.6, temperatureC })
    },
  },
  t047: {
    device: { kind: 'display', settings: { protocol: 't047', vendorId: 'v' } },
    topic: (device) =>
      formatSignRecord({
        authority: AUTHORITY,
        device,
        isCounted: true,
        topicName: 'PID-LED/sensorEvent/service/EXT-TEMP',
      }),
    payload: (number) =>
      toJson({ sensorEvent: { timestamp: timeOf(number), vendorId: 'v', value: '21.5', unit: 'Celsius' } }),
  },
  tts: {
    device: ELSYS,
    topic: (_, devEui) =>
      formatUplinkTopic({ authority: AUTHORITY, network: 'tts', connection: 'bins', devEui }),
    payload: (number, devEui) =>
      toJson({
        end_device_ids: {
          device_id: 'bin',
          application_ids: { application_id: 'bins' },
          dev_eui: devEui,
          dev_addr: '260B1F2A',
        },
        received_at: timeOf(number),
        uplink_message: {
          f_port: 5,
          f_cnt: number,
          frm_payload: 'AQDiAikHDhoLBXg=',
          decoded_payload: decodedOf(number),
          rx_metadata: [{ gateway_ids: { gateway_id: 'town-hall' }, rssi: -97, snr: 7.25 }],
          settings: {
            data_rate: { lora: { bandwidth: 125_000, spreading_factor: 9 } },
            frequency: '868300000',
          },
          received_at: timeOf(number),
        },
      }),
  },
  chirpstack: {
    device: ELSYS,
    topic: (_, devEui) =>
      formatUplinkTopic({ authority: AUTHORITY, network: 'chirpstack', connection: 'bins', devEui }),
    payload: (number, devEui) =>
      toJson({
        time: timeOf(number),
        deviceInfo: { applicationName: 'bins', deviceProfileName: 'elt', deviceName: 'bin', devEui },
        devAddr: '01a2b3c4',
        fCnt: number,
        fPort: 5,
        data: 'AQDiAikHDhoLBXg=',
        object: decodedOf(number),
        rxInfo: [{ gatewayId: '58a0cbfffe802a34', rssi: -97, snr: 7.2 }],
        txInfo: { frequency: 868_300_000, modulation: { lora: { bandwidth: 125_000, spreadingFactor: 9 } } },
      }),
  },
  senmlJson: { device: BIN, topic: readingTopic, payload: (number) => toJson(packOf(number)) },
  senmlCbor: { device: BIN, topic: readingTopic, payload: (number) => encodeCbor(packOf(number)) },
}
