package dev.postroad.cli.servers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class UseLockTest {
    @Test
    void whoRunsServersStopsThemOnlyWhenNobodyUsesThem(@TempDir Path folder) {
        try (UseLock share = UseLock.share(folder).orElseThrow()) {
            assertThat(share).isNotNull();
            assertThat(UseLock.whole(folder)).isEmpty();
        }
        try (UseLock whole = UseLock.whole(folder).orElseThrow()) {
            assertThat(whole).isNotNull();
            assertThat(UseLock.share(folder)).isEmpty();
        }
        UseLock.share(folder).orElseThrow().close();
    }
}
