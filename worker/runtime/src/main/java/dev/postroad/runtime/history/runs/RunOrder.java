package dev.postroad.runtime.history.runs;

/** Which runs of a listing come first. */
public enum RunOrder {
    /** Those that were asked for last. */
    NEWEST("newest", "DESC", "<"),
    /** Those that were asked for first. */
    OLDEST("oldest", "ASC", ">");

    private final String publicName;
    private final String direction;
    private final String beyond;

    RunOrder(String publicName, String direction, String beyond) {
        this.publicName = publicName;
        this.direction = direction;
        this.beyond = beyond;
    }

    /** The name in addresses. */
    public String publicName() {
        return publicName;
    }

    String sql() {
        return " ORDER BY queued_at " + direction + ", id " + direction + " LIMIT ";
    }

    /** What holds for the runs behind a cursor. */
    String behind() {
        return "(queued_at, id) " + beyond + " (:afterAt, :afterId)";
    }
}
