package dev.postroad.runtime.testing;

import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.embedded.Directories;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;

/** The content of a jar, compiled from sources as a user of Postroad would. Immutable. */
@NullMarked
public final class PluginJars {
    private static final String SERVICES = "META-INF/services/" + JavaAgent.class.getName();
    private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");
    private static final Pattern TYPE = Pattern.compile("public (?:final )?(?:class|record|interface) (\\w+)");

    private final Map<String, byte[]> entries;

    private PluginJars(Map<String, byte[]> entries) {
        this.entries = Map.copyOf(entries);
    }

    /** Compiles sources, each with one public type. */
    public static PluginJars compiled(String... sources) {
        try {
            Path folder = Files.createTempDirectory("postroad-sources");
            try {
                return compiled(folder, sources);
            } finally {
                Directories.delete(folder);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static PluginJars compiled(Path folder, String... sources) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String source : sources) {
            files.add(Files.writeString(folder.resolve(first(TYPE, source) + ".java"), source));
        }
        Path classes = Files.createDirectory(folder.resolve("classes"));
        compile(files, classes);
        return new PluginJars(read(classes));
    }

    /** An agent of a jar: the expression is what it answers with, JSON as text in it. */
    public static PluginJars answering(String name, String expression) {
        return compiled(agent("plugged.Answering", name, expression)).services("plugged.Answering");
    }

    /** The source of an agent: the expression is what it answers with, JSON as text in it. */
    public static String agent(String type, String name, String expression) {
        return """
                package %s;
                import dev.postroad.contracts.agent.*;
                import dev.postroad.contracts.json.Json;
                public class %s implements JavaAgent {
                    public String name() { return "%s"; }
                    public AgentReply call(AgentCall call) throws Exception {
                        return AgentReply.completed(Json.read(%s));
                    }
                }
                """.formatted(
                type.substring(0, type.lastIndexOf('.')), type.substring(type.lastIndexOf('.') + 1), name, expression);
    }

    private static String first(Pattern pattern, String source) {
        Matcher matcher = pattern.matcher(source);
        if (!matcher.find() || !PACKAGE.matcher(source).find()) {
            throw new IllegalArgumentException(source);
        }
        return matcher.group(1);
    }

    private static void compile(List<Path> files, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter output = new StringWriter();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(
                            output, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
                    .call();
            if (!compiled) {
                throw new IllegalArgumentException(output.toString());
            }
        }
    }

    private static Map<String, byte[]> read(Path classes) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                entries.put(classes.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        return entries;
    }

    /** The same that names these types as its agents. */
    public PluginJars services(String... types) {
        return with(SERVICES, String.join("\n", types));
    }

    /** The same with another entry. */
    public PluginJars with(String entry, String text) {
        Map<String, byte[]> changed = new LinkedHashMap<>(entries);
        changed.put(entry, text.getBytes(StandardCharsets.UTF_8));
        return new PluginJars(changed);
    }

    /** The same without an entry. */
    public PluginJars without(String entry) {
        Map<String, byte[]> changed = new LinkedHashMap<>(entries);
        if (changed.remove(entry) == null) {
            throw new IllegalArgumentException("there is no " + entry + " in " + entries.keySet());
        }
        return new PluginJars(changed);
    }

    /** Puts the jar in place at once, as a careful deployment does. */
    public Path writeTo(Path jar) {
        try {
            Path whole = Files.createTempFile(jar.getParent(), "jar", ".part");
            try (OutputStream out = Files.newOutputStream(whole);
                    ZipOutputStream zip = new ZipOutputStream(out)) {
                for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                    zip.putNextEntry(new ZipEntry(entry.getKey()));
                    zip.write(entry.getValue());
                }
            }
            return Files.move(whole, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
