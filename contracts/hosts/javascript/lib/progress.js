/** How far partitions are done: what is behind an open record is not told of as done. */
export class Progress {
  #partitions = new Map();

  /** What ends the record. */
  begin(topic, partition, offset) {
    const key = `${topic}/${partition}`;
    const place = this.#partitions.get(key) ?? { topic, partition, open: [], done: new Set(), next: undefined };
    this.#partitions.set(key, place);
    place.open.push(offset);
    return () => {
      place.done.add(offset);
      while (place.open.length > 0 && place.done.delete(place.open[0])) {
        place.next = (BigInt(place.open.shift()) + 1n).toString();
      }
    };
  }

  /** The places to go on from that were not given before. */
  news() {
    const places = [];
    for (const place of this.#partitions.values()) {
      if (place.next !== undefined) {
        places.push({ topic: place.topic, partition: place.partition, offset: place.next });
        place.next = undefined;
      }
    }
    return places;
  }

  /** Partitions may be others' now. */
  forget() {
    this.#partitions.clear();
  }
}
