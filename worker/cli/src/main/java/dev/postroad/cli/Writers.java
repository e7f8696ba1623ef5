package dev.postroad.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Gives picocli our streams. */
final class Writers {
    private Writers() {}

    static PrintWriter of(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }
}
