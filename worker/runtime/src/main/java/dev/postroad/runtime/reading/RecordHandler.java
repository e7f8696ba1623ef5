package dev.postroad.runtime.reading;

/** Deals with the records of a topic, one by one and in the order of each partition. */
public interface RecordHandler {
    /**
     * Takes a record up. Called by the reader's thread, which has others to serve too. Whatever it throws makes the
     * record a dead letter, unless a server is away: then the record is offered again later, and so are those behind it.
     *
     * @param incoming to be told {@link Incoming#done}, or that it is refused, now or later
     */
    Reception take(Incoming incoming);

    /** What becomes of a record that was offered. */
    enum Reception {
        /** It is the handler's now. */
        TAKEN,
        /** There is no room: it is offered again in a moment, and those behind it wait. */
        NO_ROOM,
        /** It cannot be judged before more is known: it is offered again, and those behind it go on. */
        NOT_YET
    }
}
