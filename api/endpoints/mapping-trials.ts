import { z } from 'zod'
import { settingsSchema } from '../../model/device.ts'
import { newMappingSchema } from '../../model/mapping.ts'
import { REJECTION_REASONS } from '../../model/rejection.ts'
import { formatTime } from '../../model/time.ts'
import { NETWORKS } from '../../model/uplink.ts'
import { answers, documented } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'

const trialSchema = z.strictObject({
  mapping: newMappingSchema,
  sample: z.unknown(),
  port: z.int().min(0).max(255).optional(),
  settings: settingsSchema.optional().describe('Of the device: with the distances of a bin it has a level'),
})
const triedSchema = z.object({
  network: z.enum(NETWORKS).nullable().describe('Whose message the sample is; null for a payload by itself'),
  readings: z.array(
    z.looseObject({
      time: z.iso.datetime(),
      sums: z
        .record(z.string(), z.number())
        .optional()
        .describe('Ever-growing sums, by field: a reading has what they grew by since the last one'),
    }),
  ),
  rejection: z.object({ reason: z.enum(REJECTION_REASONS), detail: z.string() }).nullable(),
})

/** What a mapping would make of a sample, for whoever writes one. */
export function registerMappingTrials(
  app: Api,
  { tryMapping, clock }: Pick<ApiParts, 'tryMapping' | 'clock'>,
): void {
  app.post(
    '/v1/authorities/:authority/mappings/try',
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'devices',
          'tryMapping',
          'What a mapping would make of a sample',
          'The sample is a message of The Things Stack or ChirpStack, or a decoded payload by itself, which `port` may say the port of. Nothing is kept.',
        ),
        params: authorityParams,
        body: trialSchema,
        response: answers(200, 'The readings, or why they would be in quarantine', triedSchema),
      },
    },
    async ({ body: { port = null, settings = {}, ...trial } }) => {
      const { network, readings, rejection } = tryMapping({ ...trial, port, settings, now: clock.now() })
      return {
        network,
        readings: readings.map(({ time, fields, sums }) => ({
          time: formatTime(time),
          ...fields,
          ...(Object.keys(sums).length > 0 && { sums }),
        })),
        rejection,
      }
    },
  )
}
