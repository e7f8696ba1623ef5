package dev.postroad.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** How much is logged; what is said by default stands in logback.xml. */
final class Logging {
    private Logging() {}

    /** For processes that run for long, whose log is their only voice. */
    static void tellWhatHappens() {
        if (LoggerFactory.getLogger("dev.postroad") instanceof Logger ours) {
            ours.setLevel(Level.INFO);
        }
    }
}
