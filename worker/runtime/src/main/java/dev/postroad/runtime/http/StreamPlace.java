package dev.postroad.runtime.http;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far a reader of a stream is: what stands in the ids of its messages, {@code <seq>}, or {@code <seq>.<offset>} once
 * there was a chunk of output.
 *
 * @param seq the last event; 0 for none
 * @param offset where the last chunk stands on its topic; -1 for none
 */
record StreamPlace(int seq, long offset) {
    static final StreamPlace BEGIN = new StreamPlace(0, -1);

    private static final Pattern ID = Pattern.compile("([0-9]{1,9})(?:\\.([0-9]{1,18}))?");

    /** Reads an id; empty where it is none. */
    static Optional<StreamPlace> read(String id) {
        Matcher parts = ID.matcher(id);
        if (!parts.matches()) {
            return Optional.empty();
        }
        long offset = parts.group(2) == null ? -1 : Long.parseLong(parts.group(2));
        return Optional.of(new StreamPlace(Integer.parseInt(parts.group(1)), offset));
    }

    @Override
    public String toString() {
        return offset < 0 ? Integer.toString(seq) : seq + "." + offset;
    }
}
