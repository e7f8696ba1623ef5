package dev.postroad.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class TraceStartTest {
    private static final Map<String, String> ON = Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");

    /** Has the classes of this package anew, and none of OpenTelemetry's. */
    private static final class WithoutTelemetry extends ClassLoader {
        private static final String OURS = TraceStart.class.getPackageName() + ".";

        private WithoutTelemetry() {
            super(TraceStart.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.opentelemetry.")) {
                throw new ClassNotFoundException(name + " is asked for");
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : name.startsWith(OURS) ? defined(name) : super.loadClass(name, resolve);
            }
        }

        private Class<?> defined(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream code = Objects.requireNonNull(getParent().getResourceAsStream(file), file)) {
                byte[] bytes = code.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }

    private static Object open(Map<String, String> settings) throws ReflectiveOperationException {
        Method open = new WithoutTelemetry()
                .loadClass(TraceStart.class.getName())
                .getMethod("open", Map.class, boolean.class, String.class, DataSource.class, InstantSource.class);
        return Objects.requireNonNull(open.invoke(null, settings, false, "me", null, InstantSource.system()));
    }

    @Test
    void loadsNoneOfOpenTelemetrysClassesWithoutAnEndpoint() throws ReflectiveOperationException {
        Object off = open(Map.of());
        assertThat(off.getClass().getMethod("isOn").getDeclaringClass().getName())
                .startsWith("dev.postroad");
        assertThatThrownBy(() -> open(ON))
                .as("so that this test finds them where they are loaded")
                .isInstanceOf(InvocationTargetException.class)
                .rootCause()
                .isInstanceOf(ClassNotFoundException.class)
                .hasMessageStartingWith("io.opentelemetry.");
    }
}
