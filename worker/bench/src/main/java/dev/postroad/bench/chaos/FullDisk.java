package dev.postroad.bench.chaos;

import java.io.IOException;
import java.time.Duration;

/** Postgres has no room on its disk for a while; where that ends it, it is started again. */
record FullDisk(SmallDisk disk) implements Fault {
    @Override
    public String name() {
        return "disk of Postgres full";
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        disk.fill();
        try {
            scene.pass(Duration.ofMillis(scene.random().nextLong(500, 6_000)));
        } finally {
            disk.free();
        }
        scene.servers().supervisePostgres();
    }
}
