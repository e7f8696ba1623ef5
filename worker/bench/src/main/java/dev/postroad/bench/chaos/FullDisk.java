package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Postgres has no room on its disk for a while; where that ends it, it is started again. */
final class FullDisk implements Fault {
    @Override
    public String name() {
        return "disk of Postgres full";
    }

    @Override
    public Optional<String> hindrance(Servers servers) {
        return servers.disk().isPresent()
                ? Optional.empty()
                : Optional.of("no file system of its own could be mounted; that takes root");
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        SmallDisk disk = scene.servers().disk().orElseThrow();
        disk.fill();
        try {
            scene.pass(Duration.ofMillis(scene.random().nextLong(500, 6_000)));
        } finally {
            disk.free();
        }
        scene.servers().supervisePostgres();
    }
}
