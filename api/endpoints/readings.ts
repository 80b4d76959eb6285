import { answersWith, documented } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import {
  READINGS_NOTE,
  readingsContent,
  readingsQuery,
  readReadingPage,
  sendReadingPage,
} from '../reading-page.ts'
import { deviceParams } from '../schemas.ts'

export function registerReadings(app: Api, parts: ApiParts): void {
  const { registry, publicUrl } = parts
  app.get(
    '/v1/authorities/:authority/devices/:device/readings',
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'devices',
          'listReadings',
          "List a device's readings, oldest first, or their mean, minimum and maximum by interval",
          READINGS_NOTE,
        ),
        params: deviceParams,
        querystring: readingsQuery,
        response: answersWith(200, 'A page of readings, or of intervals', readingsContent),
      },
    },
    async (request, reply) => {
      const { authority, device } = request.params
      const { kind } = await registry.getDevice(authority, device)
      const series = { authority, kind, device }
      const page = await readReadingPage(parts, series, request.query, request.headers.accept)
      return sendReadingPage(request, reply, page, publicUrl)
    },
  )
}
