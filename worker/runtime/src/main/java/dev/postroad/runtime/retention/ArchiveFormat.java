package dev.postroad.runtime.retention;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * How a run is written that is to be kept outside Postgres: lines of JSON, as {@code schemas/archive-line.json} in contracts
 * says. First the run, then the graphs that it went by, its journal, its log, and at last how much there was, with a checksum
 * of all bytes before that line. A line is whole in itself, so that neither side holds more than a few of them.
 */
final class ArchiveFormat {
    /** What this release writes, and the newest that it reads. */
    static final int VERSION = 1;

    /** A journal row is bounded by what Postgres and a run's state may hold; what is longer was not written by us. */
    static final int LONGEST_LINE = 1 << 28;

    static final String RUN = "run";
    static final String GRAPH = "graph";
    static final String EVENT = "event";
    static final String LOG = "log";
    static final String END = "end";

    private static final byte[] LINE_END = {'\n'};

    private ArchiveFormat() {}

    static Checksum checksum() {
        return new CRC32C();
    }

    static void add(Checksum checksum, byte[] line) {
        checksum.update(line);
        checksum.update(LINE_END);
    }

    static String text(Checksum checksum) {
        return String.format("%08x", checksum.getValue());
    }

    /** A line break between two tokens is as good as a space, and within a text there is none. */
    static byte[] line(String json) {
        return json.replace('\n', ' ').replace('\r', ' ').getBytes(StandardCharsets.UTF_8);
    }
}
