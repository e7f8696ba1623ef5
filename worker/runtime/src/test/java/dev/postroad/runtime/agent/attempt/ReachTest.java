package dev.postroad.runtime.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where agents may be. */
@NullMarked
final class ReachTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data",
                "http://[::ffff:169.254.169.254]/",
                "http://[64:ff9b::a9fe:a9fe]/",
                "http://[64:ff9b:1::a9fe:a9fe]/",
                "http://[::169.254.169.254]/",
                "http://[2002:a9fe:a9fe::1]/",
                "http://[fe80::1]:8080/",
                "http://[fd00:ec2::254]/",
                "http://100.100.100.200/",
                "http://168.63.129.16/"
            })
    void metadataAndLinkLocalAddressesAreOutOfReachUnlessListed(String address) {
        URI uri = URI.create(address);
        assertThat(Reach.DEFAULT.problem(uri)).isPresent();
        assertThatThrownBy(() -> Reach.DEFAULT.check(uri)).isInstanceOf(OutOfReachException.class);
        Reach listed = Reach.of(
                "169.254.0.0/16, fe80::/10, fd00:ec2::254 64:ff9b::/96 64:ff9b:1::/48 ::/96 2002::/16 100.100.100.200 168.63.129.16");
        assertThat(listed.problem(uri)).isEmpty();
        assertThatCode(() -> listed.check(uri)).doesNotThrowAnyException();
    }

    /** A name is looked at by what it leads to at the moment. */
    @Test
    void aNameIsNoWayAroundTheAddress() {
        Reach named = Reach.of("localhost, *.internal");
        assertThatCode(() -> named.check(URI.create("http://localhost:9000/"))).doesNotThrowAnyException();
        Reach otherNetwork = Reach.of("10.0.0.0/8");
        assertThat(otherNetwork.problem(URI.create("http://localhost:9000/"))).isEmpty();
        assertThatThrownBy(() -> otherNetwork.check(URI.create("http://localhost:9000/")))
                .isInstanceOf(OutOfReachException.class)
                .hasMessageContaining("POSTROAD_AGENT_HOSTS");
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9000/, true",
        "http://api.example.com/, true",
    })
    void elsewhereIsReachedWhereNothingIsListed(String address, boolean reached) {
        assertThat(Reach.DEFAULT.problem(URI.create(address)).isEmpty()).isEqualTo(reached);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.internal/, true",
        "https://a.internal:443/, true",
        "https://A.INTERNAL/, true",
        "http://a.internal/, false",
        "https://a.internal.example.com/, false",
        "https://internal/, false",
        "http://model:8080/, true",
        "http://model/, true",
        "http://127.0.0.1/, false",
    })
    void whatIsListedBoundsNamesAndPorts(String address, boolean reached) {
        Reach reach = Reach.of("*.internal:443, model");
        assertThat(reach.problem(URI.create(address)).isEmpty()).isEqualTo(reached);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.0.0.0/9, 10.128.0.1, false",
        "::1, ::1, true",
        "10.0.0.0/0, 9.9.9.9, true",
        "fd00::/8, 10.0.0.1, false"
    })
    void networksContainWhatBeginsAlike(String network, String address, boolean contains) {
        assertThat(Network.of(network).contains(java.net.InetAddress.ofLiteral(address)))
                .isEqualTo(contains);
    }
}
