package dev.postroad.bench.chaos;

import java.util.List;

/** All faults there are. */
final class Faults {
    private Faults() {}

    static List<Fault> all() {
        return List.of(
                new KilledWorker(),
                new FrozenWorker(),
                new StoppedWorker(),
                new AddedWorker(),
                new EndedSessions(),
                new FrozenPostgres(),
                new FrozenKafka(),
                new FailingAgents(),
                new LateAgents(),
                new HungAgents(),
                new RollingRestart(),
                new ChangedDefinitions());
    }
}
