package dev.postroad.bench.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The faults that come.
 *
 * @param left those that cannot come on this machine, with the reason
 */
record Faults(List<Fault> all, Map<String, String> left) {
    Faults {
        all = List.copyOf(all);
        left = Map.copyOf(left);
    }

    /** Those of given names, or every one where none is given. */
    static Faults here(Servers servers, List<String> names) {
        List<Fault> all = new ArrayList<>();
        Map<String, String> left = new TreeMap<>();
        for (Fault fault : every()) {
            if (names.isEmpty() || names.contains(fault.name())) {
                fault.hindrance(servers)
                        .ifPresentOrElse(reason -> left.put(fault.name(), reason), () -> all.add(fault));
            }
        }
        return new Faults(all, left);
    }

    /** What they are called, on whatever machine. */
    static List<String> names() {
        return every().stream().map(Fault::name).toList();
    }

    private static List<Fault> every() {
        List<Fault> every = new ArrayList<>(List.of(
                new KilledWorker(),
                new FrozenWorker(),
                new StoppedWorker(),
                new AddedWorker(),
                new RollingRestart(),
                new EndedSessions(),
                new FailingAgents(),
                new LateAgents(),
                new HungAgents(),
                new ChangedDefinitions(),
                new AddedPartitions()));
        for (Server server : Server.values()) {
            every.add(new KilledServer(server));
            every.add(new FrozenServer(server));
        }
        for (Host host : Host.values()) {
            every.add(new KilledHost(host));
        }
        every.addAll(LinkFault.all());
        every.add(new FullDisk());
        every.add(new MovedClock());
        return every;
    }
}
