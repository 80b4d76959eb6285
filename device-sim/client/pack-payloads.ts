import { PAYLOAD_BYTES_MAX, READINGS_PER_PAYLOAD_MAX } from '../../model/reading.ts'

/** Any reading as a device publishes it, with its time. */
export type Payload = Readonly<Record<string, unknown>>

/** Messages of one device: a single reading goes as an object, several as arrays within what one payload may be. */
export function* packPayloads(payloads: Iterable<Payload>): Generator<{ text: string; readings: number }> {
  let texts: string[] = []
  // Two brackets, and a comma for each reading.
  let bytes = 2
  for (const payload of payloads) {
    const text = JSON.stringify(payload)
    const textBytes = Buffer.byteLength(text) + 1
    if (
      texts.length === READINGS_PER_PAYLOAD_MAX ||
      (texts.length > 0 && bytes + textBytes > PAYLOAD_BYTES_MAX)
    ) {
      yield pack(texts)
      texts = []
      bytes = 2
    }
    texts.push(text)
    bytes += textBytes
  }
  if (texts.length > 0) yield pack(texts)
}

function pack(texts: readonly string[]): { text: string; readings: number } {
  return { text: texts.length === 1 ? (texts[0] as string) : `[${texts.join(',')}]`, readings: texts.length }
}
