import { type DeviceTopic, parseTopic } from '../model/topic.ts'

/** So many topics are remembered; beyond them it begins anew. */
const TOPICS_MAX = 200_000

/** `parseTopic` with a memory. */
export function createTopicReader(): typeof parseTopic {
  const topics = new Map<string, DeviceTopic | undefined>()
  return (topicName) => {
    const known = topics.get(topicName)
    if (known) return known
    const topic = parseTopic(topicName)
    if (topics.size >= TOPICS_MAX) topics.clear()
    if (topic) topics.set(topicName, topic)
    return topic
  }
}
