package dev.postroad.runtime.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file in PEM that is not as it should be; never repeats what is in it. */
public final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final String problem;
    private final String remedy;

    PemException(Path file, String problem, String remedy) {
        this(file, problem, remedy, null);
    }

    PemException(Path file, String problem, String remedy, @Nullable Throwable cause) {
        super(file + " " + problem + "; " + remedy, cause);
        this.file = file;
        this.problem = problem;
        this.remedy = remedy;
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /** What is wrong, as in "the file … has no certificate". */
    public String problem() {
        return problem;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
