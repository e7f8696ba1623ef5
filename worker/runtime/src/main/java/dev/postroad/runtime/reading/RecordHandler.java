package dev.postroad.runtime.reading;

/** Deals with the records of a topic, one by one and in the order of each partition. */
public interface RecordHandler {
    /**
     * Takes a record up. Called by the reader's thread, which has others to serve too. Whatever it throws makes the
     * record a dead letter, unless a server is away: then the record is offered again later, and so are those behind it.
     *
     * @param incoming to be told {@link Incoming#done}, or that it is refused, now or later
     * @return false where the record cannot be taken up yet, and is to be offered again in a moment
     */
    boolean take(Incoming incoming);
}
