package dev.postroad.runtime.limit;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/** What all workers know of limits that they share. Thread-safe. */
interface Permits {
    /**
     * What is counted together.
     *
     * @param name of the limit
     * @param key of it; empty where there are none
     */
    record Key(String name, String key) {}

    /**
     * What this worker has of the places.
     *
     * @param held how many it has from now on, those in use among them
     * @param othersWant whether another worker wants some
     * @param share how many it may go on to use while others want some
     */
    record Places(int held, boolean othersWant, int share) {}

    /**
     * Has so many places from now on, or fewer.
     *
     * @param most how many there are
     * @param inUse how many are in use here: it has these in any case
     * @param more how many more it wants
     */
    Places places(Key key, int most, int inUse, int more) throws SQLException;

    /** Of which limits other workers want places that they did not get. */
    Set<Key> wantedByOthers() throws SQLException;

    /**
     * What may be used of a rate.
     *
     * @param granted how much may be used from now on, for a fiftieth of the period; 0 for nothing
     * @param at the time of the grant, by the clock of all
     * @param pause how long until the least that was wanted may be used
     */
    record Grant(long granted, Instant at, Duration pause) {}

    /**
     * What was used otherwise than it was granted. What was not used is taken back from no later than its grant, so that
     * it is not missing from what was used when the grant itself counts no more.
     *
     * @param more how much was used beyond it, 0 or more
     * @param less how much was not used, 0 or more
     * @param lessAt when that had been granted
     */
    record Correction(long more, long less, Instant lessAt) {}

    /**
     * Uses some of a rate.
     *
     * @param most how much may be used within any period of that length
     * @param least how much is wanted at the least; 0 for a correction alone
     * @param wanted how much is wanted at the most
     */
    Grant use(Key key, long most, Duration per, long least, long wanted, Correction correction) throws SQLException;
}
