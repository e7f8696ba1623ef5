package dev.postroad.bench.chaos;

import java.io.IOException;

/** One thing that happens to workers and servers. */
interface Fault {
    /** What it is called in figures. */
    String name();

    /** Lets it happen, and ends it where it has an end. */
    void strike(Scene scene) throws IOException, InterruptedException;
}
