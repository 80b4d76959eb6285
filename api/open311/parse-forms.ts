import { KerbsideError } from '../../model/error.ts'
import type { Api } from '../parts.ts'

const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data'

/**
 * Takes forms, as the GeoReport API (v2) has them, within this context: of a field that comes more than once the last counts, and
 * files are left out.
 */
export function parseForms(app: Api): void {
  app.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))))
  })
  app.addContentTypeParser(
    MULTIPART,
    { parseAs: 'buffer' },
    async (request: { headers: object }, body: Buffer) => {
      const { 'content-type': type } = request.headers as { 'content-type': string }
      try {
        const form = await new Response(new Uint8Array(body), {
          headers: { 'content-type': type },
        }).formData()
        return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'))
      } catch (error) {
        const message = 'the body is no multipart/form-data'
        throw new KerbsideError('INVALID_REQUEST', message, { cause: error, faults: [{ path: '', message }] })
      }
    },
  )
  // What a form leaves empty was not given.
  app.addHook('preValidation', async (request) => {
    const { body } = request
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return
    request.body = Object.fromEntries(
      Object.entries(body).filter(([, value]) => value !== null && String(value).trim() !== ''),
    )
  })
}
