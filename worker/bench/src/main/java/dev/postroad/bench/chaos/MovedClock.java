package dev.postroad.bench.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A worker takes another's place, and its clock is moved by minutes, there and back, while it works. */
final class MovedClock implements Fault {
    private static final int MOVES = 3;
    private static final int MOST_SECONDS = 180;

    /** The library that moves clocks, where it is installed. */
    private static Optional<Path> library() {
        return Stream.of("x86_64-linux-gnu", "aarch64-linux-gnu", "faketime")
                .map(folder -> Path.of("/usr/lib", folder, "faketime/libfaketimeMT.so.1"))
                .filter(Files::exists)
                .findFirst();
    }

    @Override
    public String name() {
        return "clock moved";
    }

    @Override
    public Optional<String> hindrance(Servers servers) {
        return library().isPresent()
                ? Optional.empty()
                : Optional.of("libfaketime is not installed (Debian's package faketime)");
    }

    @Override
    public void strike(Scene scene) throws IOException, InterruptedException {
        Fleet fleet = scene.fleet();
        fleet.kill(scene.anyWorker());
        Path moved = Files.createTempFile(scene.servers().directory(), "clock", ".txt");
        move(moved, 0);
        String worker = fleet.start(Map.of(
                "LD_PRELOAD", library().orElseThrow().toString(),
                "FAKETIME_TIMESTAMP_FILE", moved.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                "DONT_FAKE_MONOTONIC", "1",
                // What it does to timed waits on the clock that is not moved has them all return at once.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                "NO_FAKE_STAT", "1"));
        for (int i = 0; i < MOVES; i++) {
            move(moved, scene.random().nextInt(-MOST_SECONDS, MOST_SECONDS));
            scene.pass(Duration.ofMillis(scene.random().nextLong(1_000, 3_000)));
        }
        fleet.start();
        fleet.stop(worker);
    }

    private static void move(Path file, int seconds) throws IOException {
        Files.writeString(file, (seconds < 0 ? "" : "+") + seconds);
    }
}
