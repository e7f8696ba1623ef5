package dev.postroad.bench.chaos;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All faults that there can be on this machine.
 *
 * @param left those that there cannot be, with the reason
 */
record Faults(List<Fault> all, Map<String, String> left) {
    Faults {
        all = List.copyOf(all);
        left = Map.copyOf(left);
    }

    static Faults here(Servers servers) {
        List<Fault> all = new ArrayList<>(List.of(
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
            all.add(new KilledServer(server));
            all.add(new FrozenServer(server));
        }
        all.addAll(LinkFault.all());
        Map<String, String> left = new TreeMap<>();
        Optional<SmallDisk> disk = servers.disk();
        disk.ifPresentOrElse(
                found -> all.add(new FullDisk(found)),
                () -> left.put("disk of Postgres full", "no file system of its own could be mounted; that takes root"));
        Optional<Path> library = MovedClock.installed();
        library.ifPresentOrElse(
                found -> all.add(new MovedClock(found)),
                () -> left.put("clock moved", "libfaketime is not installed (Debian's package faketime)"));
        return new Faults(all, left);
    }

    /** Those of given names alone, or all where none is given. */
    Faults only(List<String> names) {
        if (names.isEmpty()) {
            return this;
        }
        List<Fault> chosen =
                all.stream().filter(fault -> names.contains(fault.name())).toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("there is no fault of these names here; there are "
                    + all.stream().map(Fault::name).toList());
        }
        return new Faults(chosen, left);
    }
}
