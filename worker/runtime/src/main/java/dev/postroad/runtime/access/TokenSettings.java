package dev.postroad.runtime.access;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What callers must know. Immutable.
 *
 * @param shared the one token that has no name; null for none
 * @param lines of tokens that hold until the worker is started again
 * @param file where more of them stand, which may change at any time; null for none
 */
public record TokenSettings(
        @Nullable String shared,
        List<TokenLine> lines,
        @Nullable Path file) {
    /** Asks for no token. */
    public static final TokenSettings NONE = new TokenSettings(null, List.of(), null);

    private static final int MOST_LINES = 1_000;
    private static final int MOST_BYTES = 1 << 20;

    public TokenSettings {
        lines = List.copyOf(lines);
    }

    /** Whether callers need a token. */
    public boolean areAsked() {
        return shared != null || !lines.isEmpty() || file != null;
    }

    /**
     * Reads lines; empty ones, and those that begin with {@code #}, say nothing.
     *
     * @throws FaultsException with everything that is wrong, each by the number of its line
     */
    public static List<TokenLine> read(String text) throws FaultsException {
        List<TokenLine> lines = new ArrayList<>();
        List<Fault> faults = new FaultList();
        int number = 0;
        for (String line : text.split("\r?\n", -1)) {
            number++;
            String content = line.strip();
            if (!content.isEmpty() && !content.startsWith("#")) {
                TokenLine.read(content, "line " + number, faults).ifPresent(lines::add);
            }
        }
        if (lines.size() > MOST_LINES) {
            faults.add(new Fault("", "has " + lines.size() + " tokens", "use at most " + MOST_LINES));
        }
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return lines;
    }

    /**
     * Reads the lines of a file.
     *
     * @throws IOException where it cannot be read
     * @throws FaultsException as {@link #read(String)}
     */
    public static List<TokenLine> read(Path file) throws IOException, FaultsException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException("it has more than " + MOST_BYTES + " bytes");
            }
            return read(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    /** Leaves out the token. */
    @Override
    public String toString() {
        return areAsked() ? "tokens" : "no token";
    }
}
