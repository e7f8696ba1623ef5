package dev.postroad.runtime.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.runtime.testing.TestCertificate;
import dev.postroad.runtime.testing.TestCertificate.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TlsFilesTest {
    private static final TestCertificate ONE = TestCertificate.of(Kind.EC, "one");
    private static final TestCertificate OTHER = TestCertificate.of(Kind.EC, "other");
    private static final TestCertificate OF_RSA = TestCertificate.of(Kind.RSA, "of-rsa");
    private static final InstantSource NOW = InstantSource.system();

    @TempDir
    private Path folder = Path.of("");

    private Path certificate = Path.of("");
    private Path key = Path.of("");

    @BeforeEach
    void makeFiles() {
        certificate = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
        ONE.write(certificate, key);
    }

    private TlsIdentity read() throws PemException {
        return TlsSettings.read(certificate, key).first();
    }

    @ParameterizedTest
    @EnumSource
    void readsAPairOfEachKind(Kind kind) throws PemException {
        TestCertificate made = TestCertificate.of(kind, "made");
        made.write(certificate, key);
        assertThat(read().chain()).containsExactly(made.certificate());
        assertThat(read().key()).isEqualTo(made.keys().getPrivate());
    }

    /** In PKCS #8 the key of its kind is the last element, behind the version and the kind. */
    private static byte[] ofItsKind(TestCertificate made) {
        byte[] pkcs8 = made.keys().getPrivate().getEncoded();
        int kind = start(pkcs8, 0) + 3;
        int last = kind + 2 + pkcs8[kind + 1];
        return Arrays.copyOfRange(pkcs8, start(pkcs8, last), pkcs8.length);
    }

    private static int start(byte[] der, int at) {
        return at + 2 + (der[at + 1] >= 0 ? 0 : der[at + 1] & 0x7f);
    }

    @Test
    void readsKeysAsOlderToolsWriteThem() throws PemException, IOException {
        Files.writeString(
                key,
                "# of openssl ecparam\n" + TestCertificate.pem("EC PARAMETERS", new byte[] {6, 1, 1})
                        + TestCertificate.pem("EC PRIVATE KEY", ofItsKind(ONE)));
        assertThat(read().key()).isEqualTo(ONE.keys().getPrivate());
        Files.writeString(certificate, OF_RSA.pem());
        Files.writeString(key, TestCertificate.pem("RSA PRIVATE KEY", ofItsKind(OF_RSA)));
        assertThat(read().key()).isEqualTo(OF_RSA.keys().getPrivate());
    }

    @Test
    void readsBothFromOneFile() throws PemException, IOException {
        Files.writeString(certificate, ONE.keyPem() + ONE.pem());
        key = certificate;
        assertThat(read().chain()).containsExactly(ONE.certificate());
    }

    @Test
    void saysWhatIsWrongWithAPairAndWhatToDo() throws IOException {
        refuses(
                key,
                OTHER.keyPem(),
                "has another private key than that of the certificate; name the file with the key");
        refuses(key, OF_RSA.keyPem(), "has no private key for the certificate, whose key is EC; name the file");
        refuses(key, ONE.pem(), "has no private key; name a PEM file with a block -----BEGIN PRIVATE KEY-----");
        refuses(
                key,
                TestCertificate.pem("ENCRYPTED PRIVATE KEY", new byte[] {1}),
                "has a private key with a password; write it without one");
        refuses(key, """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,00

                AAAA
                -----END RSA PRIVATE KEY-----
                """, "has a private key with a password; write it without one");
        refuses(certificate, "", "has no certificate; name a PEM file with a block -----BEGIN CERTIFICATE-----");
        refuses(
                certificate,
                TestCertificate.pem("CERTIFICATE", new byte[] {1}),
                "has a block CERTIFICATE that holds none");
        refuses(
                certificate,
                "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----\n",
                "has a block CERTIFICATE that is no Base64");
        refuses(
                certificate,
                ONE.pem() + OTHER.pem(),
                "has certificates that do not follow from each other; write the server's first");
        Files.delete(key);
        assertThatThrownBy(this::read)
                .hasMessage(
                        key + " cannot be read (NoSuchFileException); name a file in PEM that this process may read");
    }

    private void refuses(Path file, String text, String message) throws IOException {
        Files.writeString(file, text);
        assertThatThrownBy(this::read)
                .isInstanceOf(PemException.class)
                .hasMessageStartingWith(file + " " + message)
                .satisfies(refused -> assertThat(refused.getMessage()).doesNotContain("AAAA", "?"));
        ONE.write(certificate, key);
    }

    @Test
    void takesANewPairAndNoBadOne() throws PemException, IOException {
        TlsFiles files = new TlsFiles(TlsSettings.read(certificate, key));
        assertThat(files.changed()).isEmpty();
        assertThat(files.trouble(NOW)).isNull();

        Files.writeString(certificate, OTHER.pem());
        assertThat(files.changed()).isEmpty();
        assertThat(files.trouble(NOW))
                .isEqualTo("the certificate of before stays: " + key
                        + " has another private key than that of the certificate; name the file with the key that the"
                        + " certificate was made for");
        assertThat(files.current().chain()).containsExactly(ONE.certificate());

        Files.writeString(key, OTHER.keyPem());
        assertThat(files.changed()).isPresent();
        assertThat(files.changed()).isEmpty();
        assertThat(files.trouble(NOW)).isNull();
        assertThat(files.current().chain()).containsExactly(OTHER.certificate());
    }

    @Test
    void isWellAgainWhereTheFilesComeBackAsTheyWere() throws PemException, IOException {
        TlsFiles files = new TlsFiles(TlsSettings.read(certificate, key));
        assertThat(files.changed()).isEmpty();
        Files.delete(key);
        assertThat(files.changed()).isEmpty();
        assertThat(files.trouble(NOW)).contains(key + " cannot be read (NoSuchFileException)");
        ONE.write(certificate, key);
        assertThat(files.changed()).isEmpty();
        assertThat(files.trouble(NOW)).isNull();
    }

    @Test
    void saysThatTheCertificateHasEnded() throws PemException {
        TlsFiles files = new TlsFiles(TlsSettings.read(certificate, key));
        Instant end = ONE.certificate().getNotAfter().toInstant();
        assertThat(files.trouble(InstantSource.fixed(end))).isNull();
        assertThat(files.trouble(InstantSource.fixed(end.plusSeconds(1))))
                .isEqualTo("the certificate in " + certificate + " has ended at " + end + "; put a new one there");
    }

    @Test
    void neverTellsAKey() throws PemException {
        assertThat(TlsSettings.read(certificate, key).toString()).matches("TLS as CN=one until [^ ]+");
    }
}
