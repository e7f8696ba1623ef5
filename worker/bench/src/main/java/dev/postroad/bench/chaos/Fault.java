package dev.postroad.bench.chaos;

import java.io.IOException;
import java.util.Optional;

/** One thing that happens to workers and servers. */
interface Fault {
    /** What it is called in figures. */
    String name();

    /** Why it cannot come on this machine; empty where it can. */
    default Optional<String> hindrance(Servers servers) {
        return Optional.empty();
    }

    /** Lets it happen, and ends it where it has an end. */
    void strike(Scene scene) throws IOException, InterruptedException;
}
