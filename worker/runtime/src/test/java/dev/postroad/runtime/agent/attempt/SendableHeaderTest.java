package dev.postroad.runtime.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class SendableHeaderTest {
    @ParameterizedTest
    @CsvSource({
        "X-Key, plain, true",
        "X-Key, 'with ~ and !', true",
        "X-Key, cl\u00e9, false",
        "X-Key, \u65e5, false",
        "X-Key, 'a\u007f', false",
        "'X Key', plain, false",
        "X-Cl\u00e9, plain, false",
        "Host, plain, false",
        "Content-Length, 3, false"
    })
    void whatAClientWouldRefuseOnceItIsSentIsToldBefore(String name, String value, boolean sendable) {
        assertThat(SendableHeader.canBeSent(name, value)).isEqualTo(sendable);
    }
}
