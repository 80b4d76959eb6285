import { countReadings } from '../model/message.ts'
import { parseTopic } from '../model/topic.ts'
import { type ReadableSegment, SegmentCursor } from './journal-segment.ts'

/** How many readings each authority has in segments, behind a position: as many as the ingest will store or quarantine. */
export function countPending(
  segments: Iterable<ReadableSegment>,
  afterPosition: number,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const segment of segments) {
    const cursor = new SegmentCursor(segment, afterPosition)
    for (let message = cursor.next(); message; message = cursor.next()) {
      const { authority, topic, payload } = message
      if (parseTopic(topic)?.channel === 'status') continue
      counts.set(authority, (counts.get(authority) ?? 0) + countReadings(payload))
    }
  }
  return counts
}
