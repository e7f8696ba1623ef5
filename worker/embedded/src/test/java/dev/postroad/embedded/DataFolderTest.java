package dev.postroad.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rights others have to what the embedded servers keep. */
final class DataFolderTest {
    @TempDir
    private Path folder;

    private static void open(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
    }

    private static String rights(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void isMadeForItsOwnerAlone() throws IOException {
        Path made = folder.resolve("new");
        DataFolder.keepPrivate(made);
        assertThat(rights(made)).isEqualTo("rwx------");
        assertThat(DataFolder.keepPrivate(made)).isFalse();
    }

    @Test
    void isNarrowedWhereAnOlderReleaseLeftItOpen() throws IOException {
        for (Path path : new Path[] {folder, folder.resolve("kafka"), folder.resolve("plugins")}) {
            open(path);
        }
        Files.writeString(folder.resolve("embedded.lock"), "");
        assertThat(DataFolder.keepPrivate(folder)).isTrue();
        assertThat(rights(folder)).isEqualTo("rwx------");
        assertThat(rights(folder.resolve("kafka"))).isEqualTo("rwx------");
        assertThat(rights(folder.resolve("plugins"))).isEqualTo("rwx------");
    }

    /** Somebody may have named a home or a project. */
    @Test
    void isLeftAsItIsWhereOthersThingsAreInItButForOurs() throws IOException {
        open(folder);
        open(folder.resolve("kafka"));
        Files.writeString(folder.resolve("README.md"), "");
        assertThat(DataFolder.keepPrivate(folder)).isTrue();
        assertThat(rights(folder)).isEqualTo("rwxrwxr-x");
        assertThat(rights(folder.resolve("kafka"))).isEqualTo("rwx------");
    }

    @Test
    void saysWhyAFolderCannotBeUsedAndWhatToDo() throws IOException {
        Path inTheWay = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> DataFolder.keepPrivate(inTheWay.resolve("data")))
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("cannot be used (java.nio.file.")
                .hasMessageContaining(inTheWay.toString())
                .hasMessageEndingWith("name another folder by POSTROAD_DATA_DIR.");
    }
}
