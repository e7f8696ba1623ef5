package dev.postroad.bench.chaos;

/** Postgres ends sessions of workers: all of them, or those of one. */
final class EndedSessions implements Fault {
    @Override
    public String name() {
        return "sessions ended";
    }

    @Override
    public void strike(Scene scene) {
        String whose = scene.random().nextBoolean() ? "postroad " : "postroad " + scene.anyWorker();
        scene.place()
                .count(
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND application_name LIKE ? || '%'",
                        whose);
    }
}
