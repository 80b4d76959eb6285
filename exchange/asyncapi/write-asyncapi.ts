import { z } from 'zod'
import { KINDS, type Kind } from '../../model/device.ts'
import { ID_PATTERN } from '../../model/id.ts'
import { PAYLOAD_SCHEMAS, READINGS_PER_PAYLOAD_MAX } from '../../model/reading.ts'
import { formatTopic } from '../../model/topic.ts'

interface DescribedBroker {
  readonly version: string
  /** Where devices publish, such as `mqtt://localhost:1883`; undefined where that is not known. */
  readonly mqttUrl: string | undefined
  /** What displays are told of a stop's departures. */
  readonly departures: z.ZodType
}

/** The MQTT side as an AsyncAPI 3.0 document: what devices publish, made of the schemas that it is checked by, and what they are told. */
export function writeAsyncapi({ version, mqttUrl, departures }: DescribedBroker): object {
  const kinds = Object.fromEntries(
    KINDS.map((kind) => [
      `reading.${kind}`,
      channel(kind, 'reading', `What a ${NOUNS[kind]} measures`, `reading.${kind}`),
    ]),
  )
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Kerbside over MQTT',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    ...(mqttUrl !== undefined && { servers: { broker: describeServer(mqttUrl) } }),
    channels: {
      ...kinds,
      status: channel('{kind}', 'status', 'Whether a device is there', 'status'),
      config: channel('{kind}', 'config', 'The settings that concern a device', 'config'),
      departures: channel('display', 'departures', 'What a display shows', 'departures'),
    },
    operations: {
      ...Object.fromEntries(
        KINDS.map((kind) => [
          `receiveReading.${kind}`,
          operation('receive', `reading.${kind}`, `A ${NOUNS[kind]} publishes what it has measured`),
        ]),
      ),
      receiveStatus: operation(
        'receive',
        'status',
        'A device says, retained or as its last will, whether it is there',
      ),
      sendConfig: operation(
        'send',
        'config',
        'A device is told its settings, retained, whenever they change',
      ),
      sendDepartures: operation(
        'send',
        'departures',
        'A display that speaks plain JSON is told what leaves its stop',
      ),
    },
    components: {
      messages: {
        ...Object.fromEntries(
          KINDS.map((kind) => [
            `reading.${kind}`,
            { name: `${kind}Reading`, payload: onePayloadOrMany(`reading.${kind}`) },
          ]),
        ),
        status: {
          name: 'status',
          contentType: 'text/plain',
          payload: { type: 'string', enum: ['online', 'offline'] },
        },
        config: { name: 'config', payload: CONFIG },
        departures: { name: 'departures', payload: { $ref: '#/components/schemas/departures' } },
      },
      schemas: {
        ...Object.fromEntries(KINDS.map((kind) => [`reading.${kind}`, toJsonSchema(PAYLOAD_SCHEMAS[kind])])),
        departures: toJsonSchema(departures),
      },
      securitySchemes: {
        device: {
          type: 'userPassword',
          description:
            'The username `{authority}/{device}` and the password that registering the device has answered once.',
        },
      },
    },
  }
}

const DESCRIPTION = `What devices publish to Kerbside and are told by it, over MQTT 3.1.1 or 5. A payload is one JSON object, or an array of up to ${READINGS_PER_PAYLOAD_MAX}. Fields that are not known are ignored; a value out of its range is kept in quarantine, with the field's name. Times are RFC 3339, or whole milliseconds since 1970. A publish is acknowledged once it is on disk: use QoS 1.`

const NOUNS: Readonly<Record<Kind, string>> = {
  bin: 'bin',
  traffic: 'traffic counter',
  display: 'display',
  vehicle: 'vehicle',
}

/** What a device may be told; which settings these are depends on its kind. */
const CONFIG = {
  type: 'object',
  properties: { reportIntervalSeconds: { type: 'integer', minimum: 1 } },
  additionalProperties: true,
}

function channel(
  kind: Kind | '{kind}',
  level: 'reading' | 'status' | 'config' | 'departures',
  title: string,
  message: string,
): object {
  const id = { description: `An id: ${ID_PATTERN.source}` }
  return {
    title,
    address: formatTopic({
      authority: '{authority}',
      kind: kind as Kind,
      device: '{device}',
      channel: level,
    }),
    parameters: {
      authority: id,
      device: id,
      ...(kind === '{kind}' && { kind: { enum: [...KINDS], description: 'What kind of device it is' } }),
    },
    messages: { [message]: { $ref: `#/components/messages/${message}` } },
  }
}

function operation(action: 'send' | 'receive', name: string, summary: string): object {
  return {
    action,
    summary,
    channel: { $ref: `#/channels/${name}` },
    bindings: { mqtt: { qos: 1, ...(name !== 'departures' && action === 'send' && { retain: true }) } },
  }
}

function onePayloadOrMany(schema: string): object {
  const one = { $ref: `#/components/schemas/${schema}` }
  return { oneOf: [one, { type: 'array', items: one, minItems: 1, maxItems: READINGS_PER_PAYLOAD_MAX }] }
}

/** In the dialect that AsyncAPI's own schemas are a superset of, whole: the names that schemas have in other documents are left out. */
function toJsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    metadata: z.registry(),
  })
  return rest
}

function describeServer(mqttUrl: string): object {
  const { protocol, host } = new URL(mqttUrl)
  const name = protocol.replace(':', '')
  return {
    host,
    protocol: name === 'mqtts' ? 'secure-mqtt' : name,
    security: [{ $ref: '#/components/securitySchemes/device' }],
  }
}
