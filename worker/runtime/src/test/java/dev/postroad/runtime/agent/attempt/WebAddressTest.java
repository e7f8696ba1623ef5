package dev.postroad.runtime.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import okhttp3.Request;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses of remote agents, as they are published. */
@NullMarked
class WebAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com/path?query=1",
                "http://127.0.0.1:1/",
                "http://[::1]:65535",
                "http://a-b.example.:8080/"
            })
    void whatCanBeCalledHasNoProblem(String address) {
        assertThat(WebAddress.problem(address)).isNull();
        assertThat(new Request.Builder().url(address).build().url().host()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.com:0/, has the port 0",
        "http://example.com:65536/, has a port above 65535",
        "http://[fe80::1%25eth0]/, a zone has a meaning on one machine alone",
        "http://user@example.com/, holds a user name",
        "ftp://example.com/, is no http or https address",
        "http:///path, names no host",
        "http://exa mple/, is no address"
    })
    void whatNoCallCanReachIsRefusedWithItsReason(String address, String reason) {
        assertThat(WebAddress.problem(address)).contains(reason);
    }

    @Test
    void aPartOfANameHasAtMost63Characters() {
        assertThat(WebAddress.problem("http://" + "a".repeat(63) + ".example/")).isNull();
        assertThat(WebAddress.problem("http://" + "a".repeat(64) + ".example/")).contains("longer than 63 characters");
    }
}
