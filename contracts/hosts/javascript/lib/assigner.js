/**
 * Shares partitions as clients for Java and Python do, so that hosts in all languages may be of one group; and each topic
 * among those that read it alone, as hosts of one group may serve different agents, which KafkaJS's own assigner does not.
 */
export const rangeAssigner =
  ({ MemberMetadata, MemberAssignment }) =>
  ({ cluster }) => ({
    name: "range",
    version: 0,
    protocol: ({ topics }) => ({ name: "range", metadata: MemberMetadata.encode({ version: 0, topics }) }),
    async assign({ members }) {
      const shares = new Map(members.map(({ memberId }) => [memberId, {}]));
      const readers = readersOf(members.map((member) => ({ ...member, topics: MemberMetadata.decode(member.memberMetadata).topics })));
      for (const [topic, ids] of readers) {
        share(await partitionsOf(cluster, topic), ids).forEach((partitions, i) => {
          if (partitions.length > 0) {
            shares.get(ids[i])[topic] = partitions;
          }
        });
      }
      return [...shares].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({ version: 0, assignment }),
      }));
    },
  });

/** Who reads which topic, in the order of their ids. */
function readersOf(members) {
  const readers = new Map();
  for (const { memberId, topics } of members.sort((a, b) => (a.memberId < b.memberId ? -1 : 1))) {
    topics.forEach((topic) => readers.set(topic, [...(readers.get(topic) ?? []), memberId]));
  }
  return readers;
}

async function partitionsOf(cluster, topic) {
  try {
    // What this host does not read itself is not known to it yet.
    await cluster.addTargetTopic(topic);
  } catch {
    // It is not there yet; whoever reads it joins again when it is.
    return [];
  }
  return cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId).sort((a, b) => a - b);
}

/** A run of neighbours for each, of which the first are longer by one where they do not come out even. */
export function share(partitions, ids) {
  const each = Math.floor(partitions.length / ids.length);
  const more = partitions.length % ids.length;
  return ids.map((_, i) => {
    const from = i * each + Math.min(i, more);
    return partitions.slice(from, from + each + (i < more ? 1 : 0));
  });
}
