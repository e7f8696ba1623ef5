package dev.postroad.runtime.agent.plugin;

import com.fasterxml.jackson.databind.type.TypeFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ResourceBundle;
import java.util.jar.JarFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private copy of a plug-in's jar, with the class loader on it: whatever happens to the jar in the folder, the classes
 * that come later are of the same jar as those before. Closing it forgets its classes everywhere. Thread-safe.
 */
final class PluginJar implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginJar.class);

    private final String name;
    private final Path copy;
    private final URLClassLoader loader;

    private PluginJar(String name, Path copy, URLClassLoader loader) {
        this.name = name;
        this.copy = copy;
        this.loader = loader;
    }

    static PluginJar copyOf(Path jar) throws IOException {
        String name = String.valueOf(jar.getFileName());
        Path copy = Files.createTempFile("postroad-plugin-", ".jar");
        try {
            // Into the file as it was made: nobody else may write to it.
            try (OutputStream out = Files.newOutputStream(copy)) {
                Files.copy(jar, out);
            }
            URL[] urls = {copy.toUri().toURL()};
            ClassLoader shared = new SharedClasses(PluginJar.class.getClassLoader());
            return new PluginJar(name, copy, new URLClassLoader("plug-in " + name, urls, shared));
        } catch (IOException unusable) {
            Files.deleteIfExists(copy);
            throw unusable;
        }
    }

    String name() {
        return name;
    }

    ClassLoader loader() {
        return loader;
    }

    /** Whether it has such an entry. */
    boolean has(String entry) throws IOException {
        try (JarFile file = new JarFile(copy.toFile())) {
            return file.getEntry(entry) != null;
        }
    }

    @Override
    public void close() {
        // Jackson remembers the types that it has seen, for all mappers together.
        TypeFactory.defaultInstance().clearCache();
        ResourceBundle.clearCache(loader);
        closeCached();
        try {
            loader.close();
        } catch (IOException unusual) {
            LOG.warn("plug-in {} cannot be closed", name, unusual);
        }
        deleteCopy();
    }

    /** Where the system allows it, what has the copy open goes on reading it. */
    void deleteCopy() {
        try {
            Files.deleteIfExists(copy);
        } catch (IOException inUse) {
            LOG.warn("the copy {} of plug-in {} cannot be deleted", copy, name, inUse);
        }
    }

    /** A jar whose resources were read by their URLs stays open in a cache of the JDK, which closing it here ends. */
    private void closeCached() {
        try {
            URL url = URI.create("jar:" + copy.toUri() + "!/").toURL();
            JarURLConnection connection = (JarURLConnection) url.openConnection();
            connection.setUseCaches(true);
            connection.getJarFile().close();
        } catch (IOException noJar) {
            LOG.debug("the copy {} of plug-in {} was never open", copy, name, noJar);
        }
    }
}
