package dev.postroad.runtime.lease;

/** That a worker is dead, as far as can be told from here. */
record Death(Neighbour worker, Cause cause) {
    /** What it was seen by. */
    enum Cause {
        /** Its session ended, and it took no other. */
        SESSION_ENDED("its session ended, and it took no other"),
        /** It gave no sign for a lease. */
        LEASE_OVER("it gave no sign for its lease");

        private final String words;

        Cause(String words) {
            this.words = words;
        }

        /** For people. */
        String words() {
            return words;
        }
    }
}
