package dev.postroad.runtime.trace;

import java.sql.SQLException;
import java.util.List;

/** What runs did before. */
interface Past {
    /** What is in a run's journal up to an event, in order; what is long ago may be missing. */
    List<Moment> until(long run, int seq) throws SQLException;
}
