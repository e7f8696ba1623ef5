package dev.postroad.runtime.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.Checksum;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Reads an archive line by line, compressed or not, and adds up what the checksum is of. Confined to one thread. */
final class ArchiveLines {
    private static final int BUFFER = 1 << 16;
    private static final int FIRST_OF_GZIP = 0x1f;

    private final InputStream in;
    private final Checksum checksum = ArchiveFormat.checksum();
    private long number;

    /** One line: what it says, and how it is written. */
    record Line(JsonNode tree, String text) {
        String kind() {
            return tree.path("line").asText();
        }
    }

    /** @throws ImportException where it looks compressed, and is not */
    ArchiveLines(InputStream in) throws ImportException, IOException {
        BufferedInputStream whole = new BufferedInputStream(in, BUFFER);
        whole.mark(1);
        int first = whole.read();
        whole.reset();
        this.in = first == FIRST_OF_GZIP ? unpacked(whole) : whole;
    }

    private static InputStream unpacked(InputStream whole) throws ImportException, IOException {
        try {
            return new BufferedInputStream(new GZIPInputStream(whole, BUFFER), BUFFER);
        } catch (EOFException | ZipException broken) {
            throw ImportException.damaged(1, "cannot be unpacked (" + broken.getMessage() + ")");
        }
    }

    /** The number of the line that was read last; the first is 1. */
    long number() {
        return number;
    }

    /** The checksum of the lines before the one that was read last, if {@link #count} was told of them. */
    String checksum() {
        return ArchiveFormat.text(checksum);
    }

    /** A line is one of those that the checksum is of. */
    void count(Line line) {
        ArchiveFormat.add(checksum, line.text().getBytes(StandardCharsets.UTF_8));
    }

    /** The next line; null after the last. */
    @Nullable
    Line next() throws ImportException, IOException {
        byte[] bytes = bytes();
        if (bytes == null) {
            return null;
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            JsonNode tree = Json.readOwn(text);
            if (tree.isObject() && tree.path("line").isTextual()) {
                return new Line(tree, text);
            }
        } catch (FaultsException noJson) {
            throw ImportException.damaged(number, "is no JSON (" + noJson.getMessage() + ")");
        }
        throw ImportException.damaged(number, "does not say what it is");
    }

    private byte @Nullable [] bytes() throws ImportException, IOException {
        number++;
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    if (line.size() == 0) {
                        return null;
                    }
                    throw ImportException.damaged(number, "breaks off");
                }
                if (line.size() == ArchiveFormat.LONGEST_LINE) {
                    throw ImportException.damaged(number, "is longer than " + ArchiveFormat.LONGEST_LINE + " bytes");
                }
                line.write(next);
            }
        } catch (EOFException | ZipException broken) {
            throw ImportException.damaged(number, "cannot be unpacked (" + broken.getMessage() + ")");
        }
        return line.toByteArray();
    }
}
